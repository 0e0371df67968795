package main

const removedFile = "internal/operator/replay_removed.go"

// replayedAgain are the guards of what an operator has sent, stored or listed again.
var replayedAgain = []guard{
	{
		"a replay does not do again unasked what an action without a rule did", removedFile,
		`	case old == "" || r.Repeat:`, `	case true:`, operatorTest("TestActionDoesNotRepeatUnasked"),
	},
	{
		"an effect of an action without a rule counts although its delivery parked", removedFile,
		`	case d.Committed, d.State == event.Unknown:`, `	case d.State == event.Parked:
		return false
	case d.Committed, d.State == event.Unknown:`, operatorTest("TestActionDoesNotRepeatUnasked"),
	},
	{
		"an action that is not asked is no subscriber", "internal/operator/replay_send.go",
		`	actions = slices.DeleteFunc(actions, func(action string) bool { return r.doneAlready(action, past, ds) })
	if err := r.subscribe(ctx, s, actions); err != nil {`, `	if err := r.subscribe(ctx, s, actions); err != nil {
		return nil, err
	}
	actions = slices.DeleteFunc(actions, func(action string) bool { return r.doneAlready(action, past, ds) })
	if err := r.subscribe(ctx, s, actions); err != nil {`, operatorTest("TestActionDoesNotRepeatUnasked"),
	},
	{
		"a delivery that waits for its next attempt is not read all the time", "internal/operator/replay_follow.go",
		`	next := d.Next
`, `	next := now
`, operatorTest("TestFollowWaitsForRetriesToo"),
	},
	{
		"an imported event reaches no other action", "internal/operator/import.go",
		`	if s.Endpoint == event.EndpointImported {`, `	if false {`, operatorTest("TestImportReachesOneAction"),
	},
	{
		"an imported event is not published, in memory", "internal/memory/events.go",
		`event.Stored{Event: e, Subscribers: slices.Clone(subscribers), Expires`, `event.Stored{Event: e, Pending: true, Subscribers: slices.Clone(subscribers), Expires`, inMemory("publish"),
	},
	{
		"an imported event is not published, in the table", "internal/dynamo/events.go",
		`	delete(it, "pending")`, `	delete(it, "wanted")`, kept("publish"),
	},
	{
		"a backfill continues what was begun with the same flags only", "internal/operator/backfill.go",
		`old.Since.Equal(b.Since) && old.Store == b.Store && `, ``, operatorTest("TestStoppedBackfillContinues"),
	},
}
