package main

const (
	resolveFile = "internal/operator/resolve.go"
	correctFile = "internal/operator/correct.go"
)

// decided: what an operator says of an effect is asked for in full, and replaces
// nothing that the action recorded or used.
var decided = []guard{
	{
		"an effect that may be running is not resolved", resolveFile,
		`	case e.State == event.EffectIntended && e.Lease.After(o.Now()):`, `	case e.State == event.EffectIntended && false:`, operatorTest("TestResolveRecords"),
	},
	{
		"an effect that is done did happen", resolveFile,
		`	case e.State == event.EffectDone && !r.Happened:`, `	case e.State == event.EffectDone && false:`, operatorTest("TestResolveOfDoneEffect"),
	},
	{
		"only what is unknown is resolved", resolveFile,
		`	if d.State != event.Unknown || d.Effect == "" || `, `	if d.State == "" || `, operatorTest("TestResolveRecords"),
	},
	{
		"an effect that happened is not recorded without a word about its result", resolveFile,
		`return !r.Happened || r.Result != nil || r.NoResult }`, `return true }`, operatorTest("TestEffectThatHappenedNeedsItsResult"),
	},
	{
		"an answer replaces no result of the action", resolveFile,
		`	case e.State == event.EffectDone && !e.ByOperator:`, `	case e.State == event.EffectDone && false:`, operatorTest("TestResultOfTheActionIsNotReplaced"),
	},
	{
		"an operator's result is marked", resolveFile,
		`"recorded by an operator", true`, `"recorded by an operator", false`, operatorTest("TestWrongResultIsCorrected"),
	},
	{
		"a correction replaces no result of the action", correctFile,
		`e.State == event.EffectDone && e.ByOperator && `, `e.State == event.EffectDone && `, operatorTest("TestCorrectionThatIsRefused/recorded_by_the_action_meanwhile"),
	},
	{
		"a correction is for the event of the effect", correctFile,
		` && e.Event == d.Event:`, `:`, operatorTest("TestCorrectionThatIsRefused/of_another_event"),
	},
	{
		"a result with which changes committed stays", correctFile,
		`	case d.Committed:`, `	case d.Committed && false:`, operatorTest("TestCorrectionThatIsRefused/committed"),
	},
	{
		"a correction waits for an attempt that runs", correctFile,
		`d.Round == before.Round {`, `false {`, operatorTest("TestCorrectionThatIsRefused/began_just_now"),
	},
	{
		"an attempt in between is reported", correctFile,
		`d.Attempts != before.Attempts {`, `false {`, operatorTest("TestCorrectionReports"),
	},
	{
		"an operator's result loses against the action's, in memory", "internal/memory/effects.go",
		` && e.ByOperator && !old.ByOperator {`, ` && false {`, inMemory("resolve"),
	},
	{
		"an operator's result loses against the action's, in the table", "internal/dynamo/effects.go",
		`(#state <> :done OR #operator = :yes)`, `(#state <> :done OR #operator = :yes OR #state = :done)`, kept("resolve"),
	},
	{
		"an effect that was erased cannot be corrected", "internal/dynamo/erase.go",
		`REMOVE #error, #operator"`, `REMOVE #error"`, kept("erase"),
	},
	{
		"an answer for many is for those of the reason", "internal/operator/select.go",
		`return !f.Selects(itemOf(d)) }`, `return false }`, operatorTest("TestReasonSelects|TestManyAreResolved"),
	},
}
