package main

const (
	eventsFile = "internal/dynamo/events.go"
	claimFile  = "internal/dynamo/claim.go"
	commitFile = "internal/dynamo/commit.go"
	reopenFile = "internal/dynamo/reopen.go"
)

// table: what DynamoDB is asked to make sure of.
var table = []guard{
	{
		"the put condition (stored once)", eventsFile,
		`ConditionExpression:                 aws.String("attribute_not_exists(id)"),`,
		`ConditionExpression:                 aws.String("attribute_not_exists(id) OR attribute_exists(id)"),`, kept("store"),
	},
	{
		"the unclaimed commit's condition", commitFile,
		`"attribute_not_exists(#id) OR #ensured = :yes"`, `"attribute_not_exists(#id) OR #ensured = :yes OR attribute_exists(#id)"`, kept("unclaimed"),
	},
	{
		"the claimed commit's owner (a late one is refused)", commitFile,
		`"#owner = :owner AND #state = :waiting"`, `"(#owner = :owner OR attribute_exists(#owner)) AND #state = :waiting"`, kept("commit"),
	},
	{
		"the claimed commit's state", commitFile,
		`"#owner = :owner AND #state = :waiting"`, `"#owner = :owner AND (#state = :waiting OR attribute_exists(#state))"`, kept("commit"),
	},
	{
		"a commit clears ensured and lease", commitFile,
		`	d.Ensured, d.Lease = false, time.Time{}`, `	_ = time.Time{}`, kept("unclaimed"),
	},
	{
		"the version condition (no lost update)", "internal/dynamo/transact.go",
		`aws.String("#version = :version")`, `aws.String("#version = :version OR attribute_exists(#version)")`, kept("commit"),
	},
	{
		"a new row replaces none", "internal/dynamo/transact.go",
		`aws.String("attribute_not_exists(#version)")`, `aws.String("attribute_not_exists(#version) OR attribute_exists(#version)")`, kept("commit"),
	},
	{
		"the due time in the claim", claimFile,
		`#next <= :now AND "+idle`, `(#next <= :now OR #next > :now) AND "+idle`, kept("claim"),
	},
	{
		"the lease in the claim", claimFile,
		`AND #next <= :now AND "+idle+")"`, `AND #next <= :now)"`, kept("claim"),
	},
	{
		"the state in the claim", claimFile,
		`OR (#state = :waiting AND #next`, `OR ((#state = :waiting OR attribute_exists(#state)) AND #next`, kept("claim"),
	},
	{
		"our own clock and not the time to live", claimFile,
		`"attribute_not_exists(#id) OR (#state`, `"attribute_not_exists(#id) OR #expires <= :expires OR (#state`, kept("claim/record_past"),
	},
	{
		"the lease is apart from the due time", claimFile,
		`#next = if_not_exists(#next, :now)`, `#next = :lease`, kept("claim"),
	},
	{
		"a claim clears ensured, in the table", claimFile,
		`" REMOVE #sender, #ensured"`, `" REMOVE #sender"`, kept("unclaimed"),
	},
	{
		"a claim keeps its message from being doubled, in the table", claimFile,
		`" #sent = :now, #first`, `" #first`, kept("redelivery"),
	},
	{
		"the condition of ensure", "internal/dynamo/sweep.go",
		`aws.String("attribute_not_exists(#id)")`, `aws.String("attribute_not_exists(#id) OR attribute_exists(#id)")`, kept("ensure"),
	},
	{
		"a redelivery waits until it is quiet, in the table", "internal/dynamo/sweep.go",
		`(attribute_not_exists(#sent) OR #sent <= :before)`, `(attribute_not_exists(#sent) OR #sent <= :before OR #sent > :before)`, kept("redelivery"),
	},
	{
		"a running attempt is not redelivered, in the table", "internal/dynamo/sweep.go",
		`"#state = :waiting AND "+idle+" AND `, `"#state = :waiting AND `, kept("redelivery"),
	},
	{
		"a finished delivery is not redelivered", "internal/dynamo/sweep.go",
		`"#state = :waiting AND "+idle`, `"(#state = :waiting OR attribute_exists(#state)) AND "+idle`, kept("redelivery"),
	},
	{
		"a list of what is unfinished shows the present", "internal/event/page.go",
		`d.State == s && d.Next.Before(before) {`, `true {`, named("LeavesOutWhatIsNotDue", "internal/dynamo"),
	},
	{
		"event and record are read strongly consistent", "internal/dynamo/batch.go",
		`ConsistentRead: aws.Bool(true)`, `ConsistentRead: aws.Bool(false)`, named("BeginIsOneConsistent", "internal/dynamo"),
	},
	{
		"unprocessed keys are asked for again", "internal/dynamo/batch.go",
		`		if request = out.UnprocessedKeys; len(request) == 0 {`, `		if request = out.UnprocessedKeys; true {`, named("UnprocessedKeys", "internal/dynamo"),
	},
	{
		"a running attempt that has the wish goes on, in the table", reopenFile,
		`	case !allowStale || r.bool("stale"):`, `	case !allowStale:`, kept("reopen"),
	},
	{
		"what is done is not reopened, in the table", reopenFile,
		`(#state = :done AND #withheld = :yes)`, `(#state = :done AND (#withheld = :yes OR attribute_exists(#state)))`, kept("reopen"),
	},
	{
		"what was withheld may be reopened, in the table", reopenFile,
		`(#state = :done AND #withheld = :yes)`, `(#state = :done AND #withheld = :yes AND #state <> :done)`, kept("reopen"),
	},
	{
		"a running attempt is neither reopened nor discarded", reopenFile,
		`(#state = :waiting AND " + idle + ")"`, `(#state = :waiting)"`, kept("(reopen|discard)"),
	},
	{
		"a reopening has an owner of its own, in the table", reopenFile,
		`#state = :waiting, #owner = :owner, #next = :now`, `#state = :waiting, #next = :now`, kept("reopen"),
	},
	{
		"a reopening clears ensured, in the table", reopenFile,
		`" REMOVE #ensured, #lease, #sent, #sender, #outcome`, `" REMOVE #lease, #sent, #sender, #outcome`, kept("unclaimed"),
	},
	{
		"a reopening keeps the attempts, in the table", reopenFile,
		`" REMOVE #ensured, #lease, #sent, #sender, #outcome`, `" REMOVE #attempt, #ensured, #lease, #sent, #sender, #outcome`, kept("reopen"),
	},
	{
		"a discard clears ensured, in the table", reopenFile,
		`"+set+" REMOVE #ensured, #lease`, `"+set+" REMOVE #lease`, kept("unclaimed"),
	},
}

// replies: a write whose reply was lost, and which is repeated, is our own.
var replies = []guard{
	{
		"a put whose reply was lost is our own", eventsFile,
		`	if r.str("nonce") == ours {`, `	if false {`, kept("lost"),
	},
	{
		"a claim whose reply was lost is our own", claimFile,
		`	case d.Owner == c.Owner && format(`, `	case d.Owner == c.Owner && false && format(`, kept("lost"),
	},
	{
		"a commit whose reply was lost is our own", commitFile,
		`	if r.str("owner") == c.Owner && `, `	if false && `, kept("lost"),
	},
	{
		"a redelivery whose reply was lost is our own", "internal/dynamo/sweep.go",
		`		return r.str("sender") == ours && `, `		return false && r.str("sender") == ours && `, kept("lost"),
	},
	{
		"a reopening whose reply was lost begins no second round", reopenFile,
		`" OR (#state = :done AND #withheld = :yes)) AND (attribute_not_exists(#owner) OR #owner <> :owner)"`,
		`" OR (#state = :done AND #withheld = :yes))"`, kept("lost"),
	},
	{
		"a discard whose reply was lost is our own", reopenFile,
		`	case (&reader{item: old}).str("owner") == owner:`, `	case (&reader{item: old}).str("owner") == owner && false:`, kept("lost"),
	},
	{
		"an intent whose reply was lost is our own", "internal/dynamo/effects.go",
		`.str("nonce") == nonce, err`, `.str("nonce") == nonce && false, err`, kept("lost"),
	},
}

// effects: the keys under which external effects are kept.
var effects = []guard{
	{
		"the effect key (no effect twice)", "internal/dynamo/effects.go",
		`"attribute_not_exists(#id) OR #state = :free"`, `"attribute_not_exists(#id) OR #state = :free OR attribute_exists(#state)"`, kept("intend"),
	},
	{
		"an effect is resolved by its owner, in the table", "internal/dynamo/effects.go",
		`"#owner = :owner"`, `"(#owner = :owner OR attribute_exists(#owner))"`, kept("resolve"),
	},
	{
		"a done effect stays done, in the table", "internal/dynamo/effects.go",
		`" AND #state <> :done"`, `" AND (#state <> :done OR #state = :done)"`, kept("resolve"),
	},
	{
		"an effect's expiry moves to a later time only", "internal/dynamo/effects.go",
		`"#expires < :until"`, `"#expires < :until OR #expires >= :until"`, kept("extend"),
	},
	{
		"the scope in the key of an effect, in the table", "internal/dynamo/keys.go",
		`"#effect#" + ref.Scope.Text() + "#" + ref.Key`, `"#effect#" + ref.Key`, kept("scope"),
	},
	{
		"the scope in the index by subject", "internal/dynamo/keys.go",
		`	if k := s.Key(kind, id);`, `	if k := (event.Scope{}).Key(kind, id);`, kept("scope"),
	},
}
