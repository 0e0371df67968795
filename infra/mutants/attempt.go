package main

const (
	handler = "internal/delivery/handler.go"
	receive = "internal/delivery/receive.go"
)

// attempt: how a receive becomes a run, and how it ends.
var attempt = []guard{
	{
		"a finished delivery ends its message", handler,
		`	if err != nil || d.Finished() {
		return d, err`, `	if err != nil {
		return d, err`, rowTest("Row71"),
	},
	{
		"the common case has no claim", handler,
		`	if again || owned(d) {`, `	if true {`, rowTest("FirstReceiveCommits"),
	},
	{
		"an ensured record is run without a claim", handler,
		`return d.State != "" && !d.Ensured`, `return d.State != ""`, rowTest("EnsuredDeliveryRunsWithoutAClaim"),
	},
	{
		"a record with an owner is claimed", handler,
		`	if again || owned(d) {`, `	if again {`, rowTest("FirstReceiveOfAWaiting"),
	},
	{
		"a later receive is claimed", receive,
		`again: named || !batch.First(m)`, `again: named`, rowTest("EveryMessageButAFirst/second"),
	},
	{
		"a receive that is not counted is claimed", "internal/batch/read.go",
		`return m.Attributes[received] == "1"`, `return m.Attributes[received] <= "1"`, rowTest("EveryMessageButAFirst/receive_that"),
	},
	{
		"a redelivery is claimed", receive,
		`again: named || !batch.First(m)`, `again: named && false || !batch.First(m)`, rowTest("EveryMessageButAFirst/redelivery"),
	},
	{
		"a message received again is not read ahead", receive,
		`!twice && m.event != "" && !m.again && `, `!twice && m.event != "" && `, rowTest("ReceivedAgainClaimsInABatch"),
	},
	{
		"the second message for an event is not read ahead", receive,
		`; !twice && m.event`, `; !(twice && false) && m.event`, rowTest("TheSecondMessageForAnEvent"),
	},
	{
		"a record with an owner is read when its turn comes", receive,
		`(b.Delivery.Finished() || !owned(b.Delivery))`, `true`, rowTest("ARecordWithAnOwner"),
	},
	{
		"what could not be read ahead is read again", receive,
		`if b.Read() && `, `if `, rowTest("WhatCannotBeReadAhead"),
	},
	{
		"a batch of thousands is not read ahead whole", receive,
		` && len(refs) < aheadOf {`, ` {`, rowTest("ReadsAheadSoManyOnly"),
	},
	{
		"a refused claim runs nothing", handler,
		`errors.Is(err, event.ErrFinished) || errors.Is(err, event.ErrNotDue) {
		return a.d, nil`, `errors.Is(err, event.ErrFinished) || errors.Is(err, event.ErrNotDue) {
		return h.finish(ctx, a, unusable, begin)`, rowTest("Row31"),
	},
	{
		"no attempt without the time to finish", handler,
		`	if until.Sub(begin) < minTime {`, `	if until.Sub(begin) < 0 {`, rowTest("Row33"),
	},
	{
		"the lease lasts as long as the function", handler,
		`lease: until.Add(leaseMargin)`, `lease: begin.Add(time.Millisecond)`, rowTest("LeaseOutlasts"),
	},
	{
		"an expired event is not run", handler,
		`	case s.Expired(h.Now()):`, `	case false:`, rowTest("Row77"),
	},
	{
		"a fenced run's record is the other's", handler,
		`	if errors.Is(err, event.ErrFenced) {`, `	if errors.Is(err, event.ErrFenced) && false {`, rowTest("Row32"),
	},
	{
		"the partial batch response of an action", "internal/batch/batch.go",
		`		if k {`, `		if k && false {`, named("OneBadMessage", "internal/action"),
	},
	{
		"a wait above a minute is the ledger's", receive,
		`d.Finished() || left > carried {`, `d.Finished() {`, rowTest("WaitAboveAMinute"),
	},
	{
		"a wait that the queue carries counts as sent", "internal/delivery/verdict.go",
		`	if next <= carried {`, `	if false {`, rowTest("WaitAboveAMinute"),
	},
	{
		"the schedule counts from the round", "internal/delivery/verdict.go",
		`wait(d.Attempts-d.Before, `, `wait(d.Attempts, `, rowTest("BeginsItsScheduleAnew"),
	},
	{
		"the three days count from the round", "internal/delivery/verdict.go",
		`now.Sub(d.RoundBegan()) >= `, `now.Sub(d.First) >= `, rowTest("ThreeDaysAgain"),
	},
	{
		"parked after three days", "internal/delivery/verdict.go",
		`>= event.RetryLimit {`, `>= 1000*event.RetryLimit {`, named("ThreeDays", "internal/action"),
	},
	{
		"a failure is in the history", "internal/delivery/verdict.go",
		`	d.Record(event.Attempt{At: now, Took: d.Took, Error: d.Error})`, ``, rowTest("Row72"),
	},
	{
		"an attempt that was killed is in the history", "internal/delivery/attempt.go",
		`before.State == event.Waiting && !before.Lease.IsZero() {`, `false {`, rowTest("Row31"),
	},
	{
		"the history has ten attempts", "internal/event/delivery.go",
		`	kept := max(0, len(d.History)+1-HistoryLimit)`, `	kept := 0`, inMemory("record"),
	},
	{
		"a delivery outlives its event", "internal/event/delivery.go",
		`	return eventExpires.Add(afterEvent)`, `	return eventExpires`, named("OutlivesItsEvent", "internal/event"),
	},
	{
		"a delivery outlives its last attempt", "internal/event/delivery.go",
		`last.After(eventExpires) {`, `false && last.After(eventExpires) {`, named("OutlivesItsEvent", "internal/event"),
	},
}
