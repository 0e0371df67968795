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
		"a key that comes twice", "internal/webhook/keys.go",
		`				s.twice = s.twice || other.hash == k.hash &&`, `				s.twice = s.twice || other.hash != other.hash &&`, named("KeysAreCompared", "internal/webhook"),
	},
	{
		"a key that comes twice among very many", "internal/webhook/keys.go",
		`			s.twice = s.twice || bytes.Equal(s.text(keys[i])`, `			s.twice = s.twice || false && bytes.Equal(s.text(keys[i])`, named("KeysAreCompared", "internal/webhook"),
	},
	{
		"another spelling of a key that is read", "internal/webhook/keys.go",
		`		s.twice = s.twice || slices.ContainsFunc(`, `		_ = slices.ContainsFunc(`, named("KeysAreCompared", "internal/webhook"),
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
		`	case result == event.ResultRendering:`, `	case result == event.ResultRendering && false:`, named("AnotherVersion", "internal/ingest"),
	},
	{
		"a listed event waits for its delivery", "internal/action/event.go",
		`	if e.Endpoint != event.EndpointListed || age > stripeTries {`, `	if true {`, named("TypedActionWaits", "internal/action"),
	},
	{
		"the partner bus's source", "internal/ingest/eventbridge.go",
		`source == "" || source != h.Source {`, `source == "" {`, named("MessageThatIsNotTheDestinations", "internal/ingest"),
	},
	{
		"the partner bus's detail-type", "internal/ingest/eventbridge.go",
		`inside.text("type") != envelope.text("detail-type") {`, `inside.text("type") != envelope.text("detail-type") && false {`, named("MessageThatIsNotTheDestinations", "internal/ingest"),
	},
	{
		"what is no envelope is quarantined", "internal/ingest/eventbridge.go",
		`	if !ok || len(detail) == 0 || string(detail) == "null" {`, `	if !ok {`, named("MessageThatIsNotTheDestinations", "internal/ingest"),
	},
	{
		"a message that could not be stored comes back", "internal/ingest/eventbridge.go",
		`	return a.code >= http.StatusInternalServerError`, `	return a.code > http.StatusServiceUnavailable`, named("OnlyMessageThatCouldNotBeStored", "internal/ingest"),
	},
	{
		"only that message comes back", "internal/batch/batch.go",
		`		if k {`, `		if k || keep[len(keep)/2] {`, named("OnlyMessageThatCouldNotBeStored", "internal/ingest"),
	},
	{
		"a message whose handling panicked comes back", "internal/ingest/eventbridge.go",
		`			a = answer{}.panicked(`, `			_ = answer{}.panicked(`, named("PanicOfOneMessage", "internal/ingest"),
	},
	{
		"an event too large for the table is noted", "internal/ingest/eventbridge.go",
		`		err = h.Intake.Quarantine.Put(ctx, q)`, `		err = nil`, named("EventTooLarge", "internal/ingest"),
	},
	{
		"no alarm for a webhook that the partner bus's row is not", "internal/ingest/ingest.go",
		`	case endpoint.Name == EventBridgeEndpoint && errors.Is(err, webhook.ErrNoSecret):`, `	case false:`, named("RowEventbridge", "internal/ingest"),
	},
	{
		"a foreign source is released only with --override", "internal/operator/quarantine.go",
		`webhook.UnexpectedAccount, ingest.ForeignSource, ingest.DetailType:`, `webhook.UnexpectedAccount:`, operatorTest("TestReleaseOfWrongMode"),
	},
	{
		"only the partner puts events on its bus", "infra/local/aws/partner.go",
		`	if !c.caller.Operator {`, `	if false {`, named("OnlyPartner", "infra/local/aws"),
	},
	{
		"no client of the request in the quarantine", "internal/ingest/eventbridge.go",
		`Body: webhook.WithoutClient(body)}`, `Body: body}`, named("QuarantineKeepsNoClient", "internal/ingest"),
	},
}
