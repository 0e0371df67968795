package main

// baselineCommit is where the baselines were measured, with this tool.
const baselineCommit = "2a60694"

// baseline is what 200 events of each kind cost at baselineCommit, each. The
// event and its state action came to 6 calls of functions and 2 of the
// emulation's own, 8 at the engine, and to 17 write units.
var baseline = map[string]cost{
	upToTheBus:    {Calls: 2, Write: 10, By: "PutItem 1.00, UpdateItem 1.00"},
	stateAction:   {Calls: 4, Write: 7, Read: 2, By: "GetItem 2.00, TransactWriteItems 1.00, UpdateItem 1.00"},
	effectAction:  {Calls: 6, Write: 6, Read: 1.5, By: "GetItem 1.00, PutItem 2.00, Query 1.00, UpdateItem 2.00"},
	skippedAction: {Calls: 3, Write: 4, Read: 1, By: "GetItem 1.00, PutItem 1.00, UpdateItem 1.00"},
	emulation:     {Calls: 2, By: "GetItem 2.00"},
}

// goal is what an event may cost at most.
var goal = map[string]cost{
	upToTheBus:     {Calls: 2, Write: 8},   // a put of 2 KB with 3 indexes, an update with 1
	withDictionary: {Calls: 2, Write: 6.5}, // as above, of 1 KB for most events
	stateAction:    {Calls: 3, Write: 4},   // event and record, row, transaction of both
	effectAction:   {Write: 3.2},           // intent, outcome and record, and a little for retries
}
