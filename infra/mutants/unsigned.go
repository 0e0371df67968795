package main

// unsigned: what anyone can send raises no alarm and shapes no line, and what is in
// secrets and scopes has one form.
var unsigned = []guard{
	{
		"only signed bodies count as too large", "internal/ingest/answer.go",
		`		a.code = http.StatusRequestEntityTooLarge`, `		a.code, a.reason = http.StatusRequestEntityTooLarge, "too_large"`, named("Row67", "internal/ingest"),
	},
	{
		"the header is read before the body is decoded", "internal/ingest/ingest.go",
		`	if err != nil {
		return nil, err
	}
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}`, `	body, unread := readBody(req)
	if unread != nil {
		return nil, unread
	}
	if err != nil {
		return nil, err
	}`, named("Row67", "internal/ingest"),
	},
	{
		"an endpoint is named by us", "internal/ingest/ingest.go",
		`		return answer{code: http.StatusNotFound, reason: "unknown_endpoint"}
	}
	origin := `, `		return answer{code: http.StatusNotFound, reason: "unknown_endpoint", detail: req.PathParameters["endpoint"]}
	}
	origin := `, named("Row67", "internal/ingest"),
	},
	{
		"each signing secret has its form", "internal/webhook/secrets.go",
		`		if wrong := secretFault(all[i]); wrong != "" {`, `		if wrong := secretFault(all[0]); wrong != "" {`, named("WithoutAUsableSecret", "internal/ingest"),
	},
	{
		"an account has one form", "internal/event/scope.go",
		`	return ok && rest != "" && len(id) <= maxAccount &&`, `	return ok && rest != "" && len(id) <= maxAccount || ok &&`, named("AccountsHaveOneForm", "internal/event"),
	},
	{
		"an account of a posted event has that form", "internal/webhook/account.go",
		`			return account, event.IsAccount(account)`, `			return account, account != ""`, named("Parse", "internal/webhook"),
	},
	{
		"a context is a path of ids", "internal/webhook/account.go",
		`|| len(text) >= MaxFact || !only(text, "_-/") {`, `{`, named("Context|Thin", "internal/webhook"),
	},
	{
		"a fact hides no character", "internal/webhook/texts.go",
		` || hides(s)`, ` || bytes.ContainsRune(s, 0)`, named("Parse|Facts|Object", "internal/webhook"),
	},
	{
		"a refused request's path is printable", "infra/local/gateway/gateway.go",
		`cut(r.URL.EscapedPath())`, `cut(r.URL.Path)`, named("Row67", "infra/local/gateway"),
	},
	{
		"a refused request is kept under an endpoint of ours", "infra/local/refused.go",
		`			endpoint = ""`, `			_ = endpoint`, named("Row67", "infra/payhooks"),
	},
	{
		"a filter names the line that it counts", "infra/check/logpatterns.go",
		`	may, needed := ourTerms, []string{"$.message"}`, `	may, needed := ourTerms, []string{}`, named("StrangerCanShape", "infra/check"),
	},
	{
		"a filter compares words of ours", "infra/check/logpatterns.go",
		`		if !slices.Contains(may, t.Field) {`, `		if false {`, named("StrangerCanShape", "infra/check"),
	},
	{
		"the API's log has nothing of the request", "infra/check/logpatterns.go",
		`!ok || !slices.Contains(fixed, name) {`, `!ok || name == "" {`, named("StrangerCanShape", "infra/check"),
	},
	{
		"no live key on the local stack", "infra/local/live.go",
		`	if strings.Contains(c.StripeKey, "_live_") && !c.AllowLive {`, `	if strings.Contains(c.StripeKey, "_live_") && false {`, named("SecretsThatNoStackMayHave", "infra/local"),
	},
	{
		"no live secret on the local stack", "infra/local/wire.go",
		`Refuse: s.refuseLive, `, ``, named("LiveEventsSigned", "infra/local"),
	},
	{
		"the local stack's secrets are read before it starts", "infra/payhooks/local.go",
		`	if err := cfg.Check(); err != nil {
		return cfg, cli.Usage("%v", err)
	}
`, ``, named("UnknownCommandLine", "infra/payhooks"),
	},
}
