// Package action runs a team's function for each Stripe event of the types that it
// subscribes to. Its changes of state commit exactly once, its external effects are never
// repeated on a guess, and what fails is retried, then parked for an operator. This page
// is what you need to write one. The Example functions that it names are in the files
// example_*_test.go and run with the tests.
//
// # Begin
//
// An action is a folder in functions and a block in template.yaml. One command writes both,
// with a test and samples of its events; --effect is none, http or mail, --state adds a
// table:
//
//	bin/payhooks new tell-crm --events customer.created --effect http --state contacts
//	make run
//	bin/payhooks trigger customer.created
//	bin/payhooks events list --type customer.created
//	bin/payhooks events show evt_…
//	make validate test
//
// The folder functions/tell-crm makes the action tell-crm, with the block TellCrm: the names
// must agree. main.go opens clients and nothing else, in 25 lines at most; the function is
// in handle.go. Event types are Stripe's, each by its name, without a star. The function has
// 30 seconds and runs for several events at once: what it shares must be safe for that.
//
// # What a function gets
//
// A function gets one [Event] at a time, of any type in its block and in any order. The event
// has the facts (ID, Type, Created, Customer; Subject is the payment, subscription or other
// thing that it is about) and an Object, as the type parameter says:
//
//   - facts.Event, in every API version: e.Object.Charge, e.Object.Subscription and so on; the
//     one that the event is about is set, the others are nil. See go doc ./internal/facts Event;
//   - a type of stripe-go, such as stripe.Charge, in its API version only;
//   - json.RawMessage with [AnyVersion]: the JSON of any object in any version.
//
// An event has a scope, its account and mode: live/own, test/acct_1. Rows and keys of
// effects are kept under it, so a test event never changes a live row. [Event.Outcome]
// keeps a line about what was done; payhooks events show prints it.
//
// # What a function returns
//
// The returned error decides (Example_verdicts):
//
//   - nil: done; the changes of state commit;
//   - any error: retried after seconds, minutes, hours, for three days in all, then parked;
//   - [RetryAfter]: the same, but no earlier than that;
//   - [Permanent]: parked at once, until an operator retries or discards it;
//   - [Skip]: done without a change, and the reason is kept.
//
// A panic and the end of the 30 seconds are errors too. The text of an error is kept and
// shown: no payload, no address, no secret.
//
// # State
//
// [Update] changes a row of a table by a pure transition (ExampleUpdate):
//
//	return action.Update(e, "customers", "customer", paid.Customer, func(old customer) (customer, error) {
//		next := customer{Paid: map[string]int64{paid.ID: paid.AmountReceived}}
//		maps.Copy(next.Paid, old.Paid)
//		return next, nil
//	})
//
// The row commits together with the delivery's record, so each event changes it once. The
// transition runs again if another event was faster, and in payhooks audit: it calls nothing,
// reads no clock and does not change old. Keep what the events say, in a set by id or with its
// time: then the row is the same in whatever order they come. Several rows are several calls,
// one for each row. For what Update cannot express there is [Transact], which takes a
// types.TransactWriteItem of the SDK's service/dynamodb.
//
// # HTTP
//
// [Outside] performs a step that no transaction covers, at most once per key. Its result is
// kept under the key: a retry gets it without the call, and continues with the next step
// (ExampleHTTPClient has two). The key names what must happen once: "note/"+e.ID for each
// event, "contact/" and the customer's id for each customer.
//
//	made, err := action.Outside(ctx, e, "contact/"+sub.Customer, func(ctx context.Context) (created, error) {
//		var reply created
//		err := c.service.PostJSON(ctx, c.url+"/contacts", contact{sub.Customer}, &reply)
//		return reply, err
//	})
//	if err != nil {
//		return err
//	}
//
// Always return the error of Outside. [HTTPClient] sends one request and never repeats it;
// the answer decides (ExampleHTTPClient_PostJSON):
//
//   - 2xx: done;
//   - not reached, such as a refused connection: it did not happen, retried on the schedule;
//   - 429: it did not happen, retried after its Retry-After, without one after a minute;
//   - any other 4xx: it did not happen, parked;
//   - 5xx, a redirect, a lost reply: unknown, it may have happened.
//
// An operator looks at the service, and records whether what is unknown happened:
//
//	bin/payhooks parked resolve evt_… tell-crm --happened --result '{"ID":"contact-7"}'
//	bin/payhooks parked resolve evt_… tell-crm --did-not-happen
//
// With [AtLeastOnce] unknown is retried too: for a PUT, or a service that recognises an
// idempotency key (ExampleOutside_atLeastOnce). A client of another kind makes one attempt and
// returns [NotSent], RetryAfter or Permanent only where nothing happened for certain.
//
// # Mail
//
// Package internal/mail sends through SES, once (ExampleOutside). payhooks new --effect mail
// writes it with its parameters; payhooks mails lists what the local stack did not send out.
//
// # Withhold one of several effects
//
// Skip inside Outside withholds that effect and no other; changes of state commit. The
// outcome names it (ExampleSkip), and an operator may ask for it later. [Withhold] does the
// same without a call of Outside. [Event.AllowStale] is true if --stale was given.
//
//	bin/payhooks replay evt_… --action tell-crm --again --yes
//
// # Read from elsewhere
//
// [Fetch] keeps the first answer under its key: a retry, another event and an audit get the
// same (ExampleFetch). [Event.Related] has the facts of stored events with the same subject.
//
// # A unit test
//
// Package actiontest runs a function with the real harness over a store in memory, with a
// clock that the test moves; Example_unitTest is a whole file. Post stores an event and
// delivers it, Deliver delivers it again; State, Effect and Delivery read what is kept. The
// event is a file in testdata, or stripetest.Body with fields of the test's choice.
//
// # API versions
//
// Event[stripe.Charge] is in the API version of the stripe-go that the file imports, v76:
// 2023-10-16. An event in another version would decode to wrong zeros, so it parks
// (ExampleEvent). For a newer version go get that major, import it in this action, and have
// Stripe's endpoint send that version; for thin events add it to the parameter FetchVersions.
// Several actions may import several majors. facts.Event needs none of this.
//
// # Thin events
//
// A thin event comes under the type of its snapshot, with the object that function fetch has
// fetched: an action of charge.succeeded gets v1.charge.succeeded without a change, and
// e.SentAs is the type as Stripe sent it. A type that no snapshot has is in the block under
// its own name; for an object that facts.Event has no field for, take the JSON
// (Example_thinEvent). In a test, PostThin posts one; on the local stack:
//
//	bin/payhooks trigger v1.customer.subscription.past_due
package action
