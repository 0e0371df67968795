package main

// guard is a line that keeps a promise, and the code without it.
type guard struct {
	name    string
	file    string
	old     string
	without string
	tests   []string // go test's arguments
}

func simulated() []string { return []string{"-run", "InEverySchedule", "./internal/simtest"} }

// kept are the tests that every implementation of the ports passes, run on
// DynamoDB's engine.
func kept(group string) []string {
	return []string{"-run", "TestTheTablesKeepThePromisesOfThePorts/" + group, "./infra/local/engine"}
}

func named(test, pkg string) []string { return []string{"-run", test, "./" + pkg} }

// guards are all, in the order in which an event meets them.
var guards = append(append(door, table...), work...)

// door: no one gets in, and a 2xx means durable.
var door = []guard{
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
		"the quarantine is apart from events", "internal/ingest/door.go",
		`	if reason != "" {`, `	if reason != "" && false {`, named("DeliveredRightlyLater", "internal/ingest"),
	},
	{
		"the quarantine's key has the endpoint", "internal/memory/quarantine.go",
		`		k := pair{q.Endpoint, q.ID}`, `		k := pair{"default", q.ID}`, named("Ports/quarantine", "internal/memory"),
	},
}

// table: what DynamoDB is asked to make sure of.
var table = []guard{
	{
		"the put condition (stored once)", "internal/dynamo/events.go",
		`ConditionExpression:                 aws.String("attribute_not_exists(id)"),`,
		`ConditionExpression:                 aws.String("attribute_not_exists(id) OR attribute_exists(id)"),`, kept("store"),
	},
	{
		"a put whose reply was lost is our own", "internal/dynamo/events.go",
		`	if r.str("nonce") == ours {`, `	if false {`, kept("lost"),
	},
	{
		"a claim whose reply was lost is our own", "internal/dynamo/claim.go",
		`	case d.Owner == c.Owner && format(d.Next, millis) == lease:`, `	case d.Owner == c.Owner && false:`, kept("lost"),
	},
	{
		"a save whose reply was lost is our own", "internal/dynamo/save.go",
		`	if d.State != event.Waiting && r.str("owner") == d.Owner`, `	if false && r.str("owner") == d.Owner`, kept("lost"),
	},
	{
		"an intent whose reply was lost is our own", "internal/dynamo/effects.go",
		`r.str("nonce") == ours {`, `r.str("nonce") == ours && false {`, kept("lost"),
	},
	{
		"the version condition (no lost update)", "internal/dynamo/save.go",
		`put.ConditionExpression = aws.String("#version = :version")`,
		`put.ConditionExpression = aws.String("#version = :version OR attribute_exists(#version)")`, kept("save"),
	},
	{
		"the fence (a late commit is refused)", "internal/dynamo/save.go",
		`aws.String("#owner = :owner AND #state = :waiting")`,
		`aws.String("(#owner = :owner OR attribute_exists(#owner)) AND #state = :waiting")`, kept("save"),
	},
	{
		"due time and lease in the claim", "internal/dynamo/claim.go",
		`"attribute_not_exists(#event) OR (#state = :waiting AND #next <= :now)"`,
		`"attribute_not_exists(#event) OR (#state = :waiting AND (#next <= :now OR #next > :now))"`, kept("claim"),
	},
	{
		"our own clock and not the time to live", "internal/dynamo/claim.go",
		`"attribute_not_exists(#event) OR (#state = :waiting AND #next <= :now)"`,
		`"attribute_not_exists(#event) OR #expires <= :expires OR (#state = :waiting AND #next <= :now)"`, kept("claim"),
	},
	{
		"the effect key (no effect twice)", "internal/dynamo/effects.go",
		`aws.String("attribute_not_exists(#event) OR #state = :released")`,
		`aws.String("attribute_not_exists(#event) OR #state = :released OR attribute_exists(#state)")`, kept("effect"),
	},
	{
		"who is owed is a union", "internal/dynamo/events.go",
		`aws.String("REMOVE pending ADD wanted :wanted")`, `aws.String("REMOVE pending SET wanted = :wanted")`, kept("replay"),
	},
	{
		"a replay for one clears none for another", "internal/dynamo/events.go",
		`(attribute_not_exists(pending) OR pending IN (`, `(attribute_not_exists(pending) OR attribute_exists(pending) OR pending IN (`, kept("replay"),
	},
	{
		"what is done is never reopened", "internal/dynamo/reopen.go",
		`(#state = :done AND #ignored = :yes)`, `(#state = :done AND (#ignored = :yes OR attribute_exists(#state)))`, kept("sweep"),
	},
	{
		"no flood from the sweep", "internal/dynamo/claim.go",
		`"#state = :waiting AND (attribute_not_exists(#sent) OR #sent <= :before)"`,
		`"#state = :waiting AND (attribute_not_exists(#sent) OR #sent <= :before OR #sent > :before)"`, kept("sweep"),
	},
	{
		"the put condition, in the simulation", "internal/memory/events.go",
		`		case !ok:
			r := &record`, `		case !ok || old.nonce != nonce:
			r := &record`, simulated(),
	},
	{
		"the version condition, in the simulation", "internal/memory/ledger.go",
		`Version != w.Version {`, `Version > w.Version+1000 {`, simulated(),
	},
	{
		"the fence, in the simulation", "internal/memory/ledger.go",
		`		if !ok || old.Owner != d.Owner {
			return event.ErrFenced
		}
		if old.nonce == nonce { // committed, its reply was lost
			return nil
		}
		if old.State != event.Waiting {`, `		if !ok {
			return event.ErrFenced
		}
		if old.nonce == nonce { // committed, its reply was lost
			return nil
		}
		if false {`, simulated(),
	},
	{
		"the effect key, in the simulation", "internal/memory/effects.go",
		`		if ok && old.State != event.EffectReleased && old.nonce != nonce {`, `		if ok && old.State == event.EffectDone && old.nonce != nonce {`, simulated(),
	},
	{
		"what is done is never reopened, in the simulation", "internal/memory/ledger.go",
		`d.State == event.Done && !d.Ignored:`, `d.State == event.Done && false:`, simulated(),
	},
}
