package main

// triggered are the guards against what is mistyped at a command line.
var triggered = []guard{
	{
		"an override of a field that the sample does not have is refused", "events/override.go",
		`			return &NoField{typed(o.path), fields(nil, e)}`, `			return nil`, named("OverrideOfMissingFieldIsFound", "events"),
	},
	{
		"metadata takes any override", "events/override.go",
		`o.path[i-1] == "metadata"`, `o.path[i-1] == ""`, named("OverrideOfMissingFieldIsFound", "events"),
	},
	{
		"an override is checked against the samples of all types", "infra/trigger/check.go",
		`		for _, name := range names {
			if err := q.checkOverride(o, name)`, `		for _, name := range names[:1] {
			if err := q.checkOverride(o, name)`, named("TriggerExplainsWrongUse", "infra/payhooks"),
	},
	{
		"a simulation of no seed does not pass", "infra/payhooks/simulate.go",
		`			if n < 1 {`, `			if false {`, named("UsageErrorExits2", "infra/payhooks"),
	},
}
