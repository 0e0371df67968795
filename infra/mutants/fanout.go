package main

// fanout: from the stream to the bus, once for each subscriber.
var fanout = []guard{
	{
		"the partial batch response of dispatch", "internal/dispatch/dispatch.go",
		`		out.BatchItemFailures = append(`, `		_ = append(`, named("WithoutAnID", "internal/dispatch"),
	},
	{
		"a record that was refused is handed over again", "internal/dispatch/dispatch.go",
		`		if it.err == nil {
			continue`, `		if it.err == nil || it.env.ID != "" {
			continue`, named("OnlyTheRefused", "internal/dispatch"),
	},
	{
		"no failure without a position", "internal/dispatch/dispatch.go",
		`		if it.seq == "" {`, `		if it.seq == "" && false {`, named("EmptyPosition", "internal/dispatch"),
	},
	{
		"a poison record is quarantined", "internal/dispatch/dispatch.go",
		`	case !errors.Is(err, event.ErrInvalid):`, `	case err != nil:`, simulated(),
	},
	{
		"records that a new mapping replays are held against the table", "internal/dispatch/dispatch.go",
		`const staleAfter = time.Minute`, `const staleAfter = 15 * time.Minute`, named("OldRecordsOfPublishedEvents", "internal/dispatch"),
	},
	{
		"our own updates are not published", "internal/dispatch/dispatch.go",
		`	if _, pending := image["pending"]; !pending {`, `	if _, pending := image["pending"]; !pending && false {`,
		named("OurOwnUpdates", "internal/dispatch"),
	},
	{
		"what the bus refused stays pending", "internal/dispatch/publish.go",
		`		case err != nil:
			it.err = fmt.Errorf("publish: %w", err)`, `		case err != nil && false:`, named("OnlyTheRefused", "internal/dispatch"),
	},
	{
		"a refused entry is not taken for published", "internal/bus/bus.go",
		`		case out.Entries[i].ErrorCode != "":`, `		case false:`, named("OneRefusalBlocksNone", "internal/bus"),
	},
	{
		"rules that are not an action's do not count", "internal/bus/rules.go",
		`slices.Contains(only, any(name))`, `slices.Contains(only, any(name)) || name != ""`, named("ForeignOnesDoNot", "internal/bus"),
	},
	{
		"a disabled rule still subscribes", "internal/bus/rules.go",
		`r.State == "DISABLED"; ok {`, `r.State == "DISABLED"; ok && !own.disabled {`,
		named("DisabledRulesSelect", "internal/bus"),
	},
	{
		"the rules are at most a minute old", "internal/bus/bus.go",
		`age >= 0 && age < old {`, `age >= 0 {`, named("AtMostOneMinuteOld", "internal/bus"),
	},
	{
		"an old record is held against the table", "internal/dispatch/dispatch.go",
		`return read && (!s.Pending || s.OnBus) ||`, `return read && s.ID == "" ||`, named("Row82", "internal/dispatch"),
	},
	{
		"an event without known subscribers stays pending", "internal/dispatch/publish.go",
		`	if it.unlisted != nil {`, `	if false {`, named("Row79", "internal/dispatch"),
	},
	{
		"what is on the bus is not published by the sweep", "internal/reconcile/publish.go",
		`s.Pending && !s.OnBus && !s.ByFetch {`, `s.Pending && !s.ByFetch {`, named("Row79", "internal/dispatch"),
	},
	{
		"what is on the bus is not pending for dispatch", "internal/dispatch/dispatch.go",
		`(!s.Pending || s.OnBus)`, `!s.Pending`, named("Row82", "internal/dispatch"),
	},
	{
		"an old record that cannot be read is published all the same", "internal/dispatch/dispatch.go",
		`!read && err == nil`, `!read`, named("OldRecord", "internal/dispatch"),
	},
	{
		"an event that is gone is not marked as on the bus", "internal/dynamo/pending.go",
		`aws.String("attribute_exists(pending)")`, `aws.String("attribute_exists(pending) OR attribute_not_exists(id)")`, kept("publish"),
	},
	{
		"subscribers are only ever added", "internal/memory/events.go",
		`slices.Values(slices.Concat(r.Subscribers, subscribers))`, `slices.Values(subscribers)`, inMemory("publish"),
	},
	{
		"subscribers are only ever added, in the table", "internal/dynamo/events.go",
		`aws.String("REMOVE pending ADD wanted :wanted")`, `aws.String("REMOVE pending SET wanted = :wanted")`, kept("publish"),
	},
	{
		"an event that is gone is not marked into being", "internal/dynamo/events.go",
		`aws.String("attribute_exists(id)")`, `aws.String("attribute_exists(id) OR attribute_not_exists(id)")`, kept("publish"),
	},
}
