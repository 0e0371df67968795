package main

const timelineFollowFile = "internal/operator/timeline_follow.go"

// timelined: a timeline has all that happened to what was asked for, and nothing of others.
var timelined = []guard{
	{
		"what a customer may write leads to nothing", "internal/operator/timeline_links.go",
		`			if name != "metadata" {`, `			if name != "" {`, operatorTest("TestTimelineFollowsLinks"),
	},
	{
		"the timeline of a payment is not that of its subscription", timelineFollowFile,
		`, comprises(at.id) > f.level:`, `:`, operatorTest("TestTimelineFollowsLinks"),
	},
	{
		"of a subscription that was not asked for, an invoice has its own events", timelineFollowFile,
		`return e.Object != at.id }))`, `return e.Object == "" }))`, operatorTest("TestTimelineFollowsLinks"),
	},
	{
		"a payment of an invoice is found by the events about the payment", "internal/operator/timeline_customer.go",
		`			f.push(payment)`, ``, operatorTest("TestTimelineFollowsLinks"),
	},
	{
		"a timeline has the scopes that were asked for", "internal/operator/timeline_begin.go",
		`EventList{Scope: f.req.Scope, Scopes: f.req.Scopes}`, `EventList{}`, operatorTest("TestTimelineKeepsScopes"),
	},
	{
		"a timeline says that it is not whole", "internal/operator/timeline_read.go",
		`			f.note(fmt.Sprintf("it has`, `			_ = (fmt.Sprintf("it has`, operatorTest("TestTimelineSaysWhatItLeavesOut"),
	},
	{
		"an erased event is in a timeline as erased alone", "internal/operator/timeline_moments.go",
		`	if !e.Erased.IsZero() {`, `	if false {`, operatorTest("TestTimelineOfAnErased"),
	},
	{
		"a subscriber without a record is shown", "internal/operator/show.go",
		`	d.Unrecorded = unrecorded(`, `	_ = unrecorded(`, operatorTest("TestEventShowsWhy"),
	},
}
