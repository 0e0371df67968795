package main

// granted: one function's credentials are good for its own work only. The templates are held
// to that by infra/check, and the local stack decides as AWS does.
var granted = []guard{
	{
		"no right on a pattern without a reason", "infra/check/iam.go",
		`	if strings.ContainsAny(target, "*?") && !permitted(p.id, action, target) {`, `	if target == "*" {`, beyondWork(),
	},
	{
		"a pattern is one role's", "infra/check/patterns.go",
		`whole(p.role, role) && whole(p.actions`, `whole(p.actions`, beyondWork(),
	},
	{
		"no right to give out rights", "infra/check/iam.go",
		`st["Principal"] == nil && slices.Contains([]string{"iam", "sts"}, service) {`, `false && slices.Contains([]string{"iam", "sts"}, service) {`, beyondWork(),
	},
	{
		"mails have one sender", "infra/check/services.go",
		`from == nil || len(many) > 1 || len(senders) > 1 {`, `len(many)+len(senders) > 9 {`, beyondWork(),
	},
	{
		"mails have content that SES makes", "infra/check/services.go",
		`	if action != "ses:SendEmail" {`, `	if false {`, beyondWork(),
	},
	{
		"no queue of another action", "infra/check/services.go",
		`	case service == "sqs" && !g.ownQueue():`, `	case false:`, beyondWork(),
	},
	{
		"no events made up by an action", "infra/check/services.go",
		`	case action == "events:PutEvents" && `, `	case false && `, beyondWork(),
	},
	{
		"no alarms raised by an action", "infra/check/services.go",
		`	case action == "sns:Publish" && g.alarms():`, `	case false:`, beyondWork(),
	},
	{
		"a topic says who publishes", "infra/check/stores.go",
		`		if !has[t] {`, `		if false {`, beyondWork(),
	},
	{
		"policies attached from outside are the action's", "infra/check/grants.go",
		`		if r, ok := s.owner(name); ok && r.in.params["Action"] != nil {`, `		if r, ok := s.owner(name); ok && false {`, beyondWork(),
	},
	{
		"an index for the action that reads it", "infra/check/grants.go",
		`		if g.of.variable("Related") != "on" && !g.off {`, `		if false {`, beyondWork(),
	},
	{
		"no lists and deletions without a reason", "infra/check/grants.go",
		`	case !slices.Contains(items, action) && !listedRight(g.by.id, action, resource):`, `	case false:`, beyondWork(),
	},
	{
		"no action changes the pipeline's tables", "infra/check/grants.go",
		`pipelineTable(resource) && !reads(action, resource):`, `false:`, beyondWork(),
	},
	{
		"a state table has one writer", "infra/check/grants.go",
		`taken && arn != "" && other != action {`, `taken && arn != "" && other != action && false {`, beyondWork(),
	},
	{
		"a right for the code that uses it", "infra/check/uses.go",
		`			case given && !needs[u.need]:`, `			case false:`, named("TestRow66Unused", "infra/check"),
	},
	{
		"a right is decided on what the engine reads", "infra/local/aws/dynamodb.go",
		`		switch string(name) {
		case "Item":`, `		switch strings.ToUpper(string(name[:1])) + string(name[1:]) {
		case "Item":`, named("TestRow66RightsAreDecided", "infra/local/aws"),
	},
	{
		"a write that asks for more goes alone", "infra/local/aws/dynamodb.go",
		`		in.alone = in.alone || !inEntry[string(name)]`, `		in.alone = false`, named("SameTime", "infra/local/aws"),
	},
	{
		"what is not served here is denied as at AWS", "infra/local/aws/call.go",
		`	if op == nil && !s.mayElsewhere(c) {`, `	if false {`, named("TestARoleMayDo", "infra/local/aws"),
	},
	{
		"raw content is another right", "infra/local/aws/ses.go",
		`	case in.Content.Raw != nil:`, `	case false:`, mailRights(),
	},
	{
		"a mail needs its recipients' identities", "infra/local/aws/ses.go",
		`range append([]string{from}, in.recipients()...) {`, `range []string{from} {`, mailRights(),
	},
	{
		"the sender is the address, not the name", "infra/local/aws/ses.go",
		`	return a.Address, a.Name`, `	return text, a.Name`, mailRights(),
	},
	{
		"a target of a message is a topic", "infra/local/aws/sns.go",
		`cmp.Or(c.form.Get("TopicArn"), c.form.Get("TargetArn"))`, `cmp.Or(c.form.Get("TopicArn"))`, named("TestRow66Functions", "infra/payhooks"),
	},
}

func beyondWork() []string { return named("TestRow66Rights", "infra/check") }

func mailRights() []string { return named("TestRow66Mail", "infra/local/aws") }
