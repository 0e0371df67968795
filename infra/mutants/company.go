package main

const (
	companyFile   = "infra/check/company.go"
	addressesFile = "internal/addresses/addresses.go"
)

// companyTest is a test of what a company asks of the templates.
func companyTest(test string) []string { return named(test, "infra/check") }

// demanded: what a company asks for reaches everything, and keeps Stripe out of nothing.
var demanded = []guard{
	{
		"a list of addresses refuses nobody in its first week", addressesFile,
		`	case now.Sub(l.Since) < counted:
		return Counted
`, ``, named("OthersAreCounted", "internal/addresses"),
	},
	{
		"an old list refuses nobody", addressesFile,
		`, now.Sub(l.Read) > stale:
		return Undecided`, `:
		return Undecided`, named("OthersAreCounted", "internal/addresses"),
	},
	{
		"after a gap others are counted anew", addressesFile,
		`		since = now
`, ``, named("OthersAreCounted", "internal/addresses"),
	},
	{
		"a list without addresses is none", addressesFile,
		`	if len(file.Webhooks) == 0 {`, `	if false {`, named("AFileWithoutAddresses", "internal/addresses"),
	},
	{
		"a request from elsewhere is refused before it is read", "internal/ingest/ingest.go",
		`	if origin != addresses.Refused {`, `	if true {`, named("ARequestFromElsewhere", "internal/ingest"),
	},
	{
		"a list that cannot be read is asked for again soon", addressesFile,
		`	l.Next = now.Add(again)`, `	l.Next = now.Add(daily)`, named("AListIsReadDaily", "internal/addresses"),
	},
	{
		"a nested stack is given what a company asks for", companyFile,
		`s.params[name] != nil && fmt.Sprint(s.args[name]) != fmt.Sprint(want) {`, `false && fmt.Sprint(s.args[name]) != fmt.Sprint(want) {`, companyTest("BrokenTemplate"),
	},
	{
		"a resource has the key, the boundary, the days and the topic", companyFile,
		`got := p.in.text(is); got != demands[parameter] {`, `got := p.in.text(is); got == "x" {`, companyTest("BrokenTemplate"),
	},
	{
		"a bus under a key has dead letters without it", companyFile,
		`!ok || !q.survivesKey() {`, `ok && false && !q.survivesKey() {`, companyTest("BrokenTemplate"),
	},
	{
		"a role may use the key", companyFile,
		`		if !may[r] && strings`, `		if !may[r] && false && strings`, companyTest("BrokenTemplate"),
	},
	{
		"a canary publishes a version for a parameter alone", companyFile,
		`"Ref")) != "Release" {`, `"Ref")) == "x" {`, companyTest("AReleaseThatChanges|BrokenTemplate|Canary"),
	},
	{
		"a canary's role has the boundary", companyFile,
		`how != nil && how["Role"] == nil {`, `how != nil && false {`, companyTest("BrokenTemplate|Canary"),
	},
	{
		"a table without its key says until when it waits", "internal/doctor/keys.go",
		`	case ddb.TableWithoutKey:`, `	case "x":`, named("ATableWithoutItsKey", "internal/doctor"),
	},
	{
		"two keys in one stack are a failure", "internal/doctor/keys.go",
		`	case main == data:`, `	case main != "x":`, named("OneKey|HaveOneKey", "internal/doctor"),
	},
	{
		"API Gateway's own URL is closed after nothing posts to it", "internal/doctor/domain.go",
		`	case len(posts) > 0 && closed:`, `	case false && closed:`, named("APIGatewaysURL", "internal/doctor"),
	},
	{
		"a secret that connect creates is under the stack's key", "internal/secret/signing.go",
		`token(), s.KeyArn}`, `token(), ""}`, named("SecretThatConnectCreates", "infra/cli"),
	},
}
