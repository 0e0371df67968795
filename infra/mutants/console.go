package main

const (
	consoleSecure = "infra/console/secure.go"
	consoleTests  = "infra/console"
)

// shown are the guards of the console.
var shown = []guard{
	{
		"the console has no other name", consoleSecure,
		`	case !loopback(r.Host):`, `	case false:`, named("TestOtherNamesAndPagesGetNothing", consoleTests),
	},
	{
		"the console serves its own pages", consoleSecure,
		`	case !sameOrigin(r):`, `	case false:`, named("TestOtherNamesAndPagesGetNothing", consoleTests),
	},
	{
		"a form without origin is of the same site", consoleSecure,
		`origin == "null" && site == "same-origin" {`, `origin == "null" {`, named("TestOtherNames|TestAChangeNeeds", consoleTests),
	},
	{
		"a deployed stack needs the key", consoleSecure,
		`	case !c.hasKey(r):`, `	case false:`, named("TestADeployedStackIsShown", consoleTests),
	},
	{
		"a change needs its session's token", "infra/console/serve.go",
		`hr.Method == http.MethodPost && !c.asked(r) {`, `false && !c.asked(r) {`, named("TestAChangeNeedsTheToken", consoleTests),
	},
	{
		"a page hides no character", "infra/console/serve.go",
		`return safetext.Escape(out.String()), nil`, `return out.String() + safetext.Escape(""), nil`, named("TestNoCharacterHides", consoleTests),
	},
	{
		"texts of persons are masked", "infra/console/payload.go",
		`		if p.masked && (private(`, `		if false && (private(`, named("TestConsoleMasksPersonalData", "infra/payhooks"),
	},
}
