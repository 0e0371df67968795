package main

const (
	copiesFile      = "internal/dynamo/copies.go"
	restoreFile     = "internal/operator/restore.go"
	restorePlanFile = "internal/operator/restore_plan.go"
	rebuildFile     = "internal/operator/audit_rebuild.go"
)

// restored: what comes back from a copy of a table.
var restored = []guard{
	{
		"an item that is there is not overwritten", copiesFile,
		`aws.String("attribute_not_exists(#key)")`, `aws.String("attribute_not_exists(#key) OR attribute_exists(#key)")`, kept("copies"),
	},
	{
		"an item whose reply was lost is our own", copiesFile,
		`	return reflect.DeepEqual(`, `	return false && reflect.DeepEqual(`, kept("lost"),
	},
	{
		"a row that stored events account for is not direct, in the table", "internal/dynamo/transact.go",
		`w.Raw == nil && !w.Derived {`, `w.Raw == nil {`, kept("state"),
	},
	{
		"a restore leaves an expired item", restoreFile,
		`!one.Expires.After(now):`, `!one.Expires.After(now) && false:`, operatorTest("TestRestoreSkipsExpired"),
	},
	{
		"an event is restored after the records of its deliveries", restoreFile,
		`	if len(all) == 0 || r.Unrecorded {`, `	if len(all) >= 0 || r.Unrecorded {`, operatorTest("TestRestoreNeedsDeliveries"),
	},
	{
		"a stopped restore resumes with the page that it did not end", restoreFile,
		`		if err != nil {
			return r.RestoreResult, err`, `		if err != nil {
			r.Resume = next
			return r.RestoreResult, err`, operatorTest("TestStoppedRestore"),
	},
	{
		"a table of the stack is no copy", restorePlanFile,
		`		if r.From == o.full(table) {`, `		if r.From == o.full(table) && false {`, operatorTest("TestRestoreRefuses"),
	},
	{
		"a copy is restored into its own table", restorePlanFile,
		`	case named != "" && named != into:`, `	case named != "" && named != into && false:`, operatorTest("TestRestoreRefuses"),
	},
	{
		"a copy has the keys of its table", restorePlanFile,
		`	if !slices.Equal(from.Keys, live.Keys) {`, `	if false {`, operatorTest("TestRestoreRefuses"),
	},
	{
		"a copy that is being made is not read", restorePlanFile,
		`	case t.Status != event.TableActive &&`, `	case false && t.Status != event.TableActive &&`, operatorTest("TestRestoreRefuses"),
	},
}

// rebuilt: state that is recomputed loses nothing.
var rebuilt = []guard{
	{
		"a rebuild leaves rows of events that may have expired", rebuildFile,
		`	return a.complete() && recomputed`, `	return recomputed`, operatorTest("TestRebuildNeverChanges"),
	},
	{
		"a rebuild leaves a row that no delivery wrote", rebuildFile,
		`recomputed != nil && !it.Direct`, `recomputed != nil`, operatorTest("TestRebuildLeavesRows"),
	},
	{
		"the shortest retention says what may have expired", "internal/operator/audit_complete.go",
		`|| d < k.shortest {`, `|| d > k.shortest {`, operatorTest("TestShorterRetention"),
	},
	{
		"an event that cannot be recomputed blocks a rebuild", rebuildFile,
		`f.Rebuildable && len(a.failed) == 0;`, `f.Rebuildable && len(a.failed) >= 0;`, operatorTest("TestEventThatCannotBeRecomputed"),
	},
	{
		"a row that moved is recomputed", rebuildFile,
		`len(todo) > 0 && try < auditTries;`, `len(todo) > 0 && try < 1;`, operatorTest("TestCommitDuringRebuild"),
	},
	{
		"a rebuild gives up on a row that always moves", rebuildFile,
		`len(todo) > 0 && try < auditTries;`, `len(todo) > 0 && try < 2*auditTries;`, operatorTest("TestRebuildGivesUp"),
	},
	{
		"a rebuild reads the versions before the events", rebuildFile,
		`		if err := a.replace(ctx, rows, todo); err != nil {`,
		`		if rows, err = a.load(ctx, slices.Collect(maps.Keys(todo))); err != nil {
			return err
		}
		if err := a.replace(ctx, rows, todo); err != nil {`, operatorTest("TestRebuildKnowsEventThatIsCommittedBeside"),
	},
	{
		"a rebuild looks at the events that are new", rebuildFile,
		`	todo, err := a.again(ctx, a.begin.Add(-ever))`, `	todo, err := a.left, error(nil)`, operatorTest("TestRebuildKnowsEventsThatIndexes"),
	},
	{
		"a rebuild looks at events that are pending", "internal/operator/audit.go",
		`	if s.Pending && a.Rebuild {`, `	if s.Pending && a.Rebuild && false {`, operatorTest("TestRebuildKnowsDelivered"),
	},
	{
		"a rebuild looks again at events that may be reopened", "internal/delivery/audit.go",
		`d.State != event.Done || d.Withheld}`, `d.State != event.Done}`, operatorTest("TestRebuildKnowsEventThatIsReopened"),
	},
	{
		"a rebuilt row is not direct", rebuildFile,
		`Data: recomputed.row, Derived: true}`, `Data: recomputed.row}`, operatorTest("TestRebuildReplacesWhat"),
	},
}
