package main

const (
	rollFile  = "internal/operator/connect_roll.go"
	makeFile  = "internal/operator/connect_make.go"
	matchFile = "internal/operator/connect_match.go"
)

// connecting: a stack is registered at Stripe once, and its secret rolled without a loss.
var connecting = []guard{
	{
		"a decision that Stripe waits for is never subscribed to", "internal/operator/connect_types.go",
		`	case facts.SnapshotType(t) == answered:`, `	case facts.SnapshotType(t) == answered+"x":`, operatorTest("TestTypesAreNamedAsTheStyle"),
	},
	{
		"a creation that is asked for again has the same key", makeFile,
		`d.ID != half.ID {`, `d.ID != "" {`, operatorTest("TestLostReplyToCreation"),
	},
	{
		"a secret is stored besides what is there", makeFile,
		`append(secrets, made.Secret)); err`, `append(secrets[:0], made.Secret)); err`, operatorTest("TestConnectCreatesOneEndpoint"),
	},
	{
		"a roll waits until ingest takes the new secret", rollFile,
		`c.Sleep(ctx, c.Settle)`, `c.Sleep(ctx, 0*c.Settle)`, operatorTest("TestRollLosesAndRefuses"),
	},
	{
		"a new endpoint gets no event before its secret is known", rollFile,
		`	d.Types = []string{rarely}`, `	d.Types = append(at.want.Types, rarely)`, operatorTest("TestRollLosesAndRefuses"),
	},
	{
		"a roll removes no secret of another endpoint", rollFile,
		`		if known || unclear || note != "" && f != note {`, `		if known || unclear && false || note != "" && f != note {`, operatorTest("TestSecretThatIsNoOther"),
	},
	{
		"a stack has one EventBridge source", matchFile,
		`		return d.AWSAccount != "" && (owned ||`, `		return d.AWSAccount != "" && (owned && false ||`, operatorTest("TestEventBridgeIsChecked"),
	},
}
