package main

const (
	eraseFindFile  = "internal/operator/erase_find.go"
	eraseMatchFile = "internal/operator/erase_match.go"
)

// erased: what was erased is gone in every form, stays away, and nothing is done twice.
var erased = []guard{
	{
		"an erased event that comes again is a duplicate", "internal/dynamo/events.go",
		`	case !stored.Erased.IsZero():
		return event.ResultDuplicate
`, ``, kept("erase"),
	},
	{
		"a thin event learns nothing once it is erased", "internal/dynamo/link.go",
		` AND attribute_not_exists(#fetched) AND attribute_not_exists(erased)"`, ` AND attribute_not_exists(#fetched)"`, kept("erase"),
	},
	{
		"an erased thin event is no rendering of another", "internal/dynamo/link.go",
		` AND attribute_not_exists(occurrence) AND attribute_not_exists(erased)"`, ` AND attribute_not_exists(occurrence)"`, kept("erase"),
	},
	{
		"a thin event whose twin is erased is erased", "internal/dynamo/link.go",
		`!at.IsZero() {`, `false {`, kept("erase"),
	},
	{
		"fetch passes over what was erased", "internal/fetch/source.go",
		`case err == nil, errors.Is(err, event.ErrErased):`, `case err == nil:`, named("TestThinEventOfAnErased", "internal/fetch"),
	},
	{
		"an action does nothing for an erased event", "internal/delivery/handler.go",
		`		return event.Skip("erased"), nil`, `		return nil, nil`, rowTest("TestAMessageOfAnErased"),
	},
	{
		"no attempt commits once its delivery is erased", "internal/dynamo/erase.go",
		`State: d.State, Owner: nonce(), Next`, `State: d.State, Owner: d.Owner, Next`, kept("erase"),
	},
	{
		"the key of an erased effect stays taken", "internal/dynamo/erase.go",
		`	case e.Read():`, `	case e.State != "":`, kept("erase"),
	},
	{
		"an effect that is erased meanwhile is not recorded", "internal/dynamo/erase.go",
		`"SET #owner = :owner, #updated = :at`, `"SET #by = :owner, #updated = :at`, kept("erase"),
	},
	{
		"a row is removed only as it was read", "internal/dynamo/erase.go",
		`"attribute_not_exists(#version) OR #version = :version"`, `"attribute_not_exists(#version) OR #version <> :version"`, kept("erase"),
	},
	{
		"what never had a customer is erased with the payment", eraseFindFile,
		`(fs.Customer == "" || fs.Customer == f.req.Customer)`, `fs.Customer == f.req.Customer`, operatorTest("TestEraseFinds"),
	},
	{
		"the events of others stay", eraseFindFile,
		`s.Customer == "" && refers(`, `refers(`, operatorTest("TestEraseFinds"),
	},
	{
		"what others write makes no event the person's", eraseMatchFile,
		`name != "metadata" && has(one, id)`, `name != "" && has(one, id)`, operatorTest("TestEraseFinds"),
	},
	{
		"an address is not the end of a longer one", eraseMatchFile,
		` || address && addressByte(text[i-1])`, ` || address && text[i-1] == 0`, operatorTest("TestEraseTakesMessages"),
	},
	{
		"an id is found as a whole", eraseMatchFile,
		` || end < len(text) && idByte(text[end])`, ``, operatorTest("TestEraseFinds"),
	},
	{
		"other forms of an event are erased", eraseFindFile,
		`f.forms[ids[i]]...)`, `f.forms[ids[i]][:0]...)`, operatorTest("TestEraseTakesEvery"),
	},
	{
		"an action that runs without a record cannot commit", "internal/operator/erase_records.go",
		`	all := refs(fs.ID, actions)`, `	all := refs(fs.ID, actions)[:0]`, operatorTest("TestErasedDeliveries"),
	},
	{
		"a quarantined event does not come back", "internal/operator/erase_run.go",
		`		if eventID.MatchString(q.ID) {`, `		if false {`, operatorTest("TestEraseTakesQuarantined"),
	},
	{
		"the record does not say of whom it is", "internal/operator/erase_record.go",
		`return erasurePrefix + hex.EncodeToString(sum[:])`, `return erasurePrefix + customer + hex.EncodeToString(sum[:])`, operatorTest("TestErasureIsRecorded"),
	},
}
