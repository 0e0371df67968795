package main

// edge: no one gets in, and a 2xx means durable.
var edge = []guard{
	{
		"the signature's age, past", "internal/webhook/signature.go",
		`	case age > Tolerance:`, `	case age > 1000*Tolerance:`, named("Tolerates", "internal/webhook"),
	},
	{
		"the signature's age, future", "internal/webhook/signature.go",
		`	case age < -Tolerance:`, `	case age < -1000*Tolerance:`, named("Tolerates", "internal/webhook"),
	},
	{
		"the signature's age, in the simulation", "internal/webhook/signature.go",
		`	case age > Tolerance:`, `	case age > 1000*Tolerance:`, simulated(),
	},
	{
		"signatures of scheme v1 only", "internal/webhook/signature.go",
		`		if name == "v1" && len(value)`, `		if len(value)`, named("VerifyHeaders", "internal/webhook"),
	},
	{
		"no verifying against an empty secret", "internal/webhook/signature.go",
		`		if secret == "" {`, `		if secret == "" && false {`, named("FailsClosed", "internal/webhook"),
	},
	{
		"2xx only after the put", "internal/ingest/ingest.go",
		`	case err != nil:
		return a.failed(err)`, `	case false:
		return a.failed(err)`, named("No2xx", "internal/ingest"),
	},
	{
		"2xx only after the put, in the simulation", "internal/ingest/ingest.go",
		`	case err != nil:
		return a.failed(err)`, `	case false:
		return a.failed(err)`, simulated(),
	},
	{
		"the quarantine is apart from events", "internal/ingest/intake.go",
		`	if reason != "" {`, `	if reason != "" && false {`, named("DeliveredRightlyLater", "internal/ingest"),
	},
	{
		"the quarantine's key has the endpoint", "internal/memory/quarantine.go",
		`		k := pair{e.Endpoint, e.ID}`, `		k := pair{"default", e.ID}`, inMemory("quarantine"),
	},
	{
		"a delivery in another version is kept", "internal/ingest/intake.go",
		`	if err == nil && result == event.ResultRendering {`, `	if err == nil && result == event.ResultRendering && false {`, named("AnotherVersion", "internal/ingest"),
	},
	{
		"a listed event waits for its delivery", "internal/action/event.go",
		`	if e.Endpoint != event.EndpointListed || age > stripeTries {`, `	if true {`, named("TypedActionWaits", "internal/action"),
	},
}
