package main

const (
	parkedFile  = "internal/operator/parked.go"
	replayFile  = "internal/operator/replay_send.go"
	redriveFile = "internal/operator/redrive.go"
	judgeFile   = "internal/operator/audit_judge.go"
)

// operated: what a person asks for repeats no effect and hides nothing.
var operated = []guard{
	{
		"a retry leaves an expired event", "internal/operator/leftout.go",
		`	case !found || s.Expired(o.Now()):`, `	case !found:`, operatorTest("TestRetryOfRemovedEvent"),
	},
	{
		"a retry sends nothing that no rule selects", "internal/operator/leftout.go",
		`err == nil && len(subscribers) == 0 {`, `err == nil && false {`, operatorTest("TestRetryWithoutARule"),
	},
	{
		"a retry skips what moved since it was planned", parkedFile,
		`		return ReasonMoved, nil`, `		return "", err`, operatorTest("TestRetryOfWhatIsDoneByNow"),
	},
	{
		"a new round that lost against an attempt is tried again", parkedFile,
		`	for range 3 {`, `	for range 1 {`, operatorTest("TestRetryThatLosesAgainstAnAttempt"),
	},
	{
		"a delivery that was sent just now is not sent again", parkedFile,
		`append(failed, err); ours {`, `append(failed, err); ours || err == nil {`, operatorTest("TestReplayTwiceInAMinute"),
	},
	{
		"a discard is not taken to select by its own reason", "internal/operator/discard.go",
		`	return n > 0 && n < len(p.Selected)`, `	return false && n < len(p.Selected)`, operatorTest("DiscardsReason"),
	},
	{
		"a replay is for the actions that it was asked for alone", parkedFile,
		`event.Envelope{Facts: f, Only: action})`, `event.Envelope{Facts: f})`, operatorTest("TestReplayRecordsDelivery"),
	},
	{
		"a replay leaves what is unknown", replayFile,
		`	case d.State == event.Unknown:`, `	case d.State == event.Unknown && false:`, operatorTest("TestReplaySendsEachAction"),
	},
	{
		"a replay leaves what an action skipped unless it is asked for", replayFile,
		`(!d.Withheld || !r.Again && !r.Stale)`, `!d.Withheld`, operatorTest("TestReplaySendsEachAction"),
	},
	{
		"a replay leaves an expired event", replayFile,
		`err == nil && s.Expired(r.Now()) {`, `err == nil && false {`, operatorTest("TestRow77Replay"),
	},
	{
		"a redriven letter is for its action alone", redriveFile,
		`detail["only"], err = json.Marshal(action)`, `_, err = json.Marshal(action)`, operatorTest("TestRedrivenMessage"),
	},
	{
		"a letter is sent before it is deleted", redriveFile,
		`		if err := r.DeadLetters.Send(ctx, l.Queue, body); err != nil {`,
		`		if err := r.DeadLetters.Delete(ctx, l); err != nil {
			return fmt.Errorf("could not be deleted: %w", err)
		}
		if err := r.DeadLetters.Send(ctx, l.Queue, body); err != nil {`, operatorTest("TestFailedDelete"),
	},
	{
		"a letter that cannot be read stays", redriveFile,
		`		if eventOf(l) == "" {`, `		if eventOf(l) == "" && l.Queue == "" {`, operatorTest("TestRedrivenMessage"),
	},
	{
		"a row that no delivery wrote needs no event", "internal/operator/audit_action.go",
		`!ok && !it.Direct {`, `!ok {`, operatorTest("TestRowWithoutDelivery"),
	},
	{
		"a repair counts nothing twice", judgeFile,
		`	case u.isUnion && (read == nil || u.part):`, `	case !u.isUnion || read == nil || u.part:`, operatorTest("TestAuditNeverRepairs"),
	},
	{
		"a repair leaves what somebody else changed", judgeFile,
		`	case u.isUnion && (read == nil || u.part):`, `	case u.isUnion:`, operatorTest("TestVerdictSays"),
	},
	{
		"a repair leaves what somebody else changed once events have expired", judgeFile,
		`	case u.isUnion && u.some && !a`, `	case u.isUnion && !a`, operatorTest("TestVerdictOnce"),
	},
	{
		"rows that an event without its result may have changed are unprovable", judgeFile,
		`a.complete() && len(a.failed) == 0 && !it.Direct`, `a.complete() && !it.Direct`, operatorTest("TestRowsOfAnEvent"),
	},
	{
		"a row is compared as its action reads it", "internal/delivery/audit_fold.go",
		`	if read.Row = stored; f.Known {`, `	if f.Known {`, operatorTest("TestVerdictSays"),
	},
	{
		"an event whose result is not kept proves nothing", "internal/delivery/audit.go",
		`	case a.lostErr != nil:`, `	case false:`, named("NoProof", "internal/action"),
	},
	{
		"an effect that was done has a result", "internal/delivery/kept.go",
		`	case slices.ContainsFunc(a.d.Effects, done):`, `	case slices.ContainsFunc(a.d.Effects, done) && false:`, named("NoProof", "internal/action"),
	},
	{
		"a request of the wrong mode is released by its override alone", "internal/operator/quarantine.go",
		`	case NeedsOverride(q.Reason) && !override:`, `	case NeedsOverride(q.Reason) && false:`, operatorTest("TestReleaseOfWrongMode"),
	},
	{
		"a dead letter of the partner bus goes back to its queue", "internal/operator/redrive.go",
		`	if isAction {`, `	if true {`, operatorTest("TestDeadLettersOfOther"),
	},
	{
		"no alarm clears because a run could not count", "internal/status/gauges.go",
		`	if !slices.Contains(s.Unread, SourceDeliveries) {`, `	if true {`, named("GaugeOfASource", "internal/status"),
	},
	{
		"a subscriber without a record is unrecorded", "internal/status/records.go",
		`		if !has[ref] {`, `		if !has[ref] && false {`, named("DoneIsWhat", "internal/status"),
	},
	{
		"an event that a sweep left is counted", "internal/status/events.go",
		`		err = w.readLeft(ctx)`, `		_ = w.readLeft`, named("EventsThatSweepsLeft", "internal/status"),
	},
	{
		"a thin event that fetch has is not pending", "internal/status/events.go",
		`	case s.Pending && s.ByFetch:`, `	case s.Pending && s.ByFetch && false:`, named("ThinEventThatFetchHas", "internal/status"),
	},
}

func operatorTest(test string) []string { return named(test, "internal/operator") }
