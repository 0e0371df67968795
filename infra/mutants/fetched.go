package main

// fetched: what a thin event names is read at Stripe, and nowhere else.
var fetched = []guard{
	{
		"paths of objects below /v1/ and /v2/", "internal/stripeapi/thin.go",
		`	if err := apiPath(path, maxPath); err != nil {`, `	if err := apiPath(path, maxPath); err != nil && false {`, named("Hostile|NoPath", "internal/stripeapi"),
	},
	{
		"segments of paths, decoded again", "internal/stripeapi/path.go",
		`		s = decoded`, `		_, s = decoded, ""`, named("HostilePaths|NoPath", "internal/stripeapi"),
	},
	{
		"ids in paths", "internal/stripeapi/path.go",
		`	if id == "" || len(id) > 255 || strings.ContainsFunc(id, strange) {`, `	if id == "" || len(id) > 255 || strings.ContainsFunc(id, strange) && false {`, named("HostileIDs", "internal/stripeapi"),
	},
	{
		"the list that a page belongs to", "internal/stripeapi/thin_list.go",
		`; way != list && !strings.HasPrefix(way, list+"/") {`, `; way != list && !strings.HasPrefix(way, list+"/") && false {`, named("HostilePages", "internal/stripeapi"),
	},
	{
		"the key is not sent where Stripe redirects", "internal/stripeapi/client.go",
		`return http.ErrUseLastResponse`, `return nil`, named("FollowNoRedirect", "internal/stripeapi"),
	},
	{
		"one header for the account", "internal/stripeapi/raw.go",
		`	scope := event.Scope{Livemode: r.livemode}`, `	scope := event.Scope{Livemode: r.livemode, Account: r.context}`, named("VersionAndContext", "internal/stripeapi"),
	},
	{
		"the length of an answer", "internal/stripeapi/raw.go",
		`	case len(body) > maxAnswer:`, `	case len(body) > maxAnswer && false:`, named("NotStripes", "internal/stripeapi"),
	},
	{
		"a hostile path parks", "internal/stripeapi/verdict.go",
		`	case errors.As(err, &permanent):`, `	case errors.As(err, &permanent) && false:`, named("HostilePaths", "internal/stripeapi"),
	},
	{
		"a page that Stripe refuses", "internal/stripeapi/thin_list.go",
		`	case l.Page != "" && r != nil &&`, `	case l.Page != "" && r != nil && false &&`, named("RefusedPage", "internal/stripeapi"),
	},
	{
		"a proxy's page is not Stripe's answer", "internal/stripeapi/refusal.go",
		`	if json.Unmarshal(body, &answer) != nil || answer.Error == nil ||`, `	if answer.Error = new(struct{ Code, Message string }); json.Unmarshal(body, &answer) != nil && false ||`, named("NotStripes", "internal/stripeapi"),
	},
}
