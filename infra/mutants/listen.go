package main

// listened: Stripe's CLI forwards test events only, to a stack that has its secret, and
// neither shows the secret nor asks others than Stripe's API.
var listened = []guard{
	{
		"a live event that the CLI's secret signed is refused", "infra/local/live.go",
		`slices.Contains(made, secret) && !webhook`, `len(made) > 0 && !webhook`, named("StripesOwnCLI", "infra/payhooks"),
	},
	{
		"the stack uses the secret before the first event comes", "infra/local/stripecli/secret.go",
		`	if !added {`, `	if true {`, named("StripesOwnCLI", "infra/payhooks"),
	},
	{
		"a secret that is there is kept", "infra/local/stripecli/secret.go",
		`append(known, signing)`, `append(known[:0], signing)`, named("StripesOwnCLI", "infra/payhooks"),
	},
	{
		"the CLI reports nothing about itself", "infra/local/stripecli/find.go",
		`, "STRIPE_CLI_TELEMETRY_OPTOUT=1", "DO_NOT_TRACK=1")`, `)`, named("StripesOwnCLI", "infra/payhooks"),
	},
	{
		"the CLI looks for no newer version", "infra/local/stripecli/listen.go",
		`"--skip-update", `, ``, named("StripesOwnCLI", "infra/payhooks"),
	},
	{
		"the CLI forwards no type that no action takes", "infra/local/stripecli/listen.go",
		`strings.Join(r.Events, ",")`, `strings.Join(append(r.Events, "topup.succeeded"), ",")`, named("StripesOwnCLI", "infra/payhooks"),
	},
	{
		"what the CLI prints has no secret", "infra/local/stripecli/listen.go",
		`			line(Shown(s))`, `			line(s)`, named("WithoutSecretsUntil", "infra/local/stripecli"),
	},
	{
		"an error of the CLI has no secret", "infra/local/stripecli/find.go",
		`Shown(strings.TrimSpace(string(failed.Stderr)))`, `failed.Stderr`, named("EveryVersion", "infra/local/stripecli"),
	},
	{
		"no key of live mode in the environment", "infra/local/stripecli/secret.go",
		`	case strings.Contains(key, "_live_"):`, `	case false:`, named("KeysOfLiveMode", "infra/local/stripecli"),
	},
	{
		"no key of live mode in a flag", "infra/local/stripecli/secret.go",
		`strings.Contains(f, "_live_")`, `false`, named("KeysOfLiveMode", "infra/local/stripecli"),
	},
	{
		"no events of live mode", "infra/local/stripecli/secret.go",
		`f == "--live" || `, ``, named("KeysOfLiveMode", "infra/local/stripecli"),
	},
}
