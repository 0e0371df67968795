package main

const listFile = "internal/operator/list.go"

// lists: a list reads a part of the stack, and leaves out nothing that it should show.
var lists = []guard{
	{
		"a search that continues leaves out no event of the same millisecond", listFile,
		`!known || next.Received.Equal(at)`, `!known`, operatorTest("TestStoppedList"),
	},
	{
		"a merge shows nothing before it has read on in every shard", "internal/operator/merge.go",
		`	if !slices.ContainsFunc(m.lanes, (*lane[T]).empty) {
		return nil
	}
	var low`, `	if m.first() != nil {
		return nil
	}
	var low`, operatorTest("TestMergeHas"),
	},
	{
		"pending events that a sweep left behind are listed", "internal/operator/source_index.go",
		`l.o.events(ctx, at.Left)`, `l.o.events(ctx, nil)`, operatorTest("TestPendingList"),
	},
	{
		"an event with consequences is not listed as quarantined", "internal/operator/list_rows.go",
		`l.o.events(ctx, quarantined)`, `l.o.events(ctx, nil)`, operatorTest("TestQuarantinedList"),
	},
	{
		"a customer's events in a new account are listed", "internal/operator/source_customer.go",
		`if l.matches(c) && in(c.Facts) {`, `if false {`, operatorTest("TestCustomerListReads"),
	},
	{
		"an order is listed with the rows of its charges and invoices", "internal/shop/order/pages.go",
		`		h.need(o, needed)`, ``, named("TestListOfALarge", "internal/shop/order"),
	},
}
