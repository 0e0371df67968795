package main

const (
	mailsDir     = "internal/shop/mails/"
	orderDir     = "internal/shop/order/"
	orderUnion   = orderDir + "union.go"
	accessLife   = "internal/shop/access/life.go"
	stockFile    = "internal/shop/inventory/inventory.go"
	bookFile     = "internal/shop/journal/book.go"
	journalMerge = "internal/shop/journal/merge.go"
	noticesFile  = "internal/shop/notices/action.go"
)

// shopSimulated are the schedules of the simulation with the shop's actions.
func shopSimulated() []string { return named("EveryPromise", "internal/shop/shopsim") }

// The guards of the sample shop go with it.
func init() {
	guards = append(guards, []guard{
		{
			"a mail has no link of others", mailsDir + "data.go",
			`safetext.Clip(safetext.Unlinked(safetext.Line(s, longestText)), longest)`, `safetext.Clip(safetext.Line(s, longestText), longest)`, named("FuzzMail", "internal/shop/mails"),
		},
		{
			"what others wrote is one line of a mail that hides nothing", mailsDir + "data.go",
			`safetext.Unlinked(safetext.Line(s, longestText))`, `safetext.Unlinked(s)`, named("FuzzMail", "internal/shop/mails"),
		},
		{
			"a customer's address has no name", mailsDir + "contact.go",
			` && p.Address == strings.TrimSpace(address)`, ` && strings.TrimSpace(address) != ""`, named("NamedAddress", "internal/shop/mails"),
		},
		{
			"a notice names an id of Stripe and nothing else", "internal/shop/notices/text.go",
			`		return '_'
	}, s), longestID)`, `		return r
	}, s), longestID)`, named("Row70", "internal/shop/notices"),
		},
		{
			"an imported subscription is older than any event since it was read", "internal/shop/access/import.go",
			`l.At.Add(-importBehind)`, `l.At.Add(importBehind)`, named("NewerEventReplacesWhatWasImported", "internal/shop/access"),
		},
		{
			"what a row has is not imported", "internal/shop/access/import.go",
			`return has || c.Deleted`, `return has && false || c.Deleted`, named("OnlySubscriptionsThatNoRowHas", "internal/shop/access"),
		},
		{
			"a receipt links to Stripe's own pages only", mailsDir + "data.go",
			`!strings.HasSuffix(u.Hostname(), ".stripe.com")`, `!strings.HasSuffix(u.Hostname(), "stripe.com")`, named("StripesPagesOnly", "internal/shop/mails"),
		},
		{
			"a mail whose address is known does not wait for its language", mailsDir + "contact.go",
			`	if n.kind == kindDispute || n.to != "" || n.customer == "" {`, `	if n.kind == kindDispute || n.customer == "" {`, named("DoesNotWaitForItsLanguage", "internal/shop/mails"),
		},
		{
			"a report is about the mail that was sent", "internal/mailreport/mailreport.go",
			`e.State == event.EffectDone && !sameMail(e, m.ID)`, `false`, named("AboutAnotherMail", "internal/mailreport"),
		},
		{
			"a report waits for the attempt that sends the mail", "internal/mailreport/mailreport.go",
			`e.State == event.EffectIntended && e.Lease.After(r.Now())`, `false`, named("LeftToItsAttempt", "internal/mailreport"),
		},
		{
			"reports about a mail end in the same in any order", "internal/event/delivery.go",
			`		if e.Key != key || e.Report >= r {`, `		if e.Key != key {`, named("AnyOrder", "internal/mailreport"),
		},
		{
			"one receipt per payment, not per event", mailsDir + "receipt.go",
			`key: "receipt/" + p,`, `key: "receipt/" + e.ID,`, named("SameMoment|SameMails", "internal/shop/mails"),
		},
		{
			"a mail is an effect of what it is about, not of its event", mailsDir + "run.go",
			`action.Outside(ctx, r.e, key, send)`, `action.Outside(ctx, r.e, key+r.e.ID, send)`, shopSimulated(),
		},
		{
			"one notice of a failure per recipient and day", mailsDir + "first.go",
			`		case first != n.key:`, `		case first != n.key && false:`, named("OneFailureNoticeADay", "internal/shop/mails"),
		},
		{
			"one mail per refund, not per event of it", mailsDir + "refund.go",
			`s.refundNotice("refund/"+r.ID,`, `s.refundNotice("refund/"+r.ID+e.ID,`, named("SameMails", "internal/shop/mails"),
		},
		{
			"no mail of a failure once the payment succeeded", mailsDir + "failed.go",
			`		if s.paid[n.payment] {`, `		if false {`, named("NoFailureNoticeOnce", "internal/shop/mails"),
		},
		{
			"a refund that failed is not mailed", mailsDir + "refund.go",
			`	case broken || fell(r.Status):`, `	case broken && fell(r.Status) && false:`, named("KnownToHaveFailed", "internal/shop/mails"),
		},
		{
			"the first event decides how a charge's refunds are named", mailsDir + "keying.go",
			`"refunds/"+charge, func`, `"refunds/"+charge+r.e.ID, func`, named("WhateverHappensToTheKey", "internal/shop/mails"),
		},
		{
			"an unreadable event stops no mail of the others", "internal/delivery/state.go",
			`errors.Is(l.Err, event.ErrNotFound) && !errors.Is(l.Err, event.ErrInvalid):`, `errors.Is(l.Err, event.ErrNotFound):`, named("AnUnreadableEvent", "internal/shop/mails"),
		},
		{
			"an audit of the shop asks Stripe nothing", "internal/delivery/effect.go",
			`		result, kept, err := a.kept(ctx, key)`, `		result, err := fn(ctx)
		kept := true`, named("AuditAgrees", "internal/shop/shopsim"),
		},
		{
			"a refund's older event takes nothing of a newer one back", orderUnion,
			`other > rank || other == rank && s.Status > r.Status {`, `rank != other || s.Status > r.Status {`, shopSimulated(),
		},
		{
			"what was captured stays captured", orderUnion,
			`max(c.Captured, d.Captured)`, `d.Captured`, shopSimulated(),
		},
		{
			"an older event of a dispute does not open it again", orderUnion,
			`	if e.above(d) {`, `	if e.Status != "" {`, shopSimulated(),
		},
		{
			"a refund that failed is taken out of the sum", orderDir + "refunds.go",
			`			t.undone += r.Amount`, `			t.undone += 0`, named("StoriesEnd", "internal/shop/order"),
		},
		{
			"a refund of which no event came is in the charge's sum", orderDir + "refunds.go",
			`		return max(sum, t.before+t.same) + t.after`, `		return t.before + t.same + t.after`, named("EventsAreMissing", "internal/shop/order"),
		},
		{
			"no more is refunded than was paid", orderDir + "order.go",
			`min(f.refunded(), o.Paid)`, `f.refunded()`, named("NoMoreIsRefunded", "internal/shop/order"),
		},
		{
			"no more is lost than was left", orderDir + "order.go",
			`min(f.lost(o.Currency, o.Paid), o.Paid-o.Refunded)`, `f.lost(o.Currency, o.Paid)`, named("TakesNoMoreThan", "internal/shop/order"),
		},
		{
			"yen are no cents", orderDir + "disputes.go",
			`	if d.Currency == "" || d.Currency == currency {`, `	if d.Currency != currency+"?" {`, named("TakesNoMoreThan", "internal/shop/order"),
		},
		{
			"a currency that was only asked for is not the order's", orderDir + "currency.go",
			`cmp.Or(f.agreed().In, f.Currency, f.Intent.Amount.In,`, `cmp.Or(f.Intent.Amount.In, f.agreed().In, f.Currency,`, named("InTheCurrencyOf", "internal/shop/order"),
		},
		{
			"attempts that failed are folded", orderDir + "newer.go",
			`	if len(all) <= most {`, `	if len(all) <= 1000*most {`, named("StaysSmall", "internal/shop/order"),
		},
		{
			"a charge that failed long ago ends no later attempt", orderDir + "report_charge.go",
			`	if c.Created.IsZero() || c.Created.After(e.Created) {`, `	if true {`, named("AttemptsThatAreFolded", "internal/shop/order"),
		},
		{
			"a mail shows what the customer saw", mailsDir + "letter.go",
			`cmp.Or(n.shown, n.amount)`, `n.amount`, named("WhatTheCustomerSaw", "internal/shop/mails"),
		},
		{
			"what a partial capture released is no refund, whichever event says so", mailsDir + "refund.go",
			`		final := e.Type == "charge.captured" ||`, `		final := e.Type == "charge.captured" || false &&`, named("NoRefundInAnyOrder", "internal/shop/mails"),
		},
		{
			"the memo keeps what was presented", journalMerge,
			`		if b.Presented {`, `		if false {`, named("MemoKeeps", "internal/shop/journal"),
		},
		{
			"a deleted customer has nothing, whatever comes last", "internal/shop/access/rows.go",
			`	if c.Deleted != 0 && !endedBefore {`, `	if false && !endedBefore {`, named("DeletedCustomerIsRefused", "internal/shop/access"),
		},
		{
			"an item of quantity 0 grants nothing", "internal/shop/access/standing.go",
			`	case item.None:`, `	case false:`, named(".", "internal/shop/access"),
		},
		{
			"what a credit note took off was not paid", "internal/facts/invoice.go",
			`		return max(0, i.Total-i.CreditedBefore)`, `		return i.Total`, named(".", "internal/shop/order"),
		},
		{
			"customers of connected accounts are mailed by parameter only", "internal/shop/mails/action.go",
			`	case n.connected && n.kind != kindDispute && !s.Connected:`, `	case false:`, named(".", "internal/shop/mails"),
		},
		{
			"a subscription that ended stays ended", accessLife,
			`l.Ended.earlier(m.Ended),`, `m.Ended,`, shopSimulated(),
		},
		{
			"what is known of a subscription is added to", accessLife,
			`unite(l.Facts, m.Facts),`, `unite(nil, m.Facts),`, shopSimulated(),
		},
		{
			"one change that two events report is one fact", "internal/shop/access/fold.go",
			`		what := f.what()`, `		what := f.what() + f.Event`, named("OneChangeThatIsReportedTwice", "internal/shop/access"),
		},
		{
			"changes of one second know each other by their own lists", "internal/shop/access/report.go",
			`	s = *own.Subscription`, `	s = *e.Subscription`, named("FetchedItems", "internal/shop/access"),
		},
		{
			"a row of many subscriptions is compressed", "internal/shop/access/pack.go",
			`len(data) <= readable {`, `len(data) <= 1000*readable {`, named("HundredsOfSubscriptions", "internal/shop/access"),
		},
		{
			"the state before a second says how it ends", "internal/chain/chain.go",
			`		l.before = s.ends()`, `		l.before = starts{{}}`, named("AnyLifeHasItsEnd", "internal/chain"),
		},
		{
			"a session that was paid stays paid", stockFile,
			`old.Paid = old.Paid || e.Session.PaymentStatus`, `old.Paid = e.Session.PaymentStatus`, shopSimulated(),
		},
		{
			"what a session sells is counted once, not per event", stockFile,
			`; !old.Listed || slices.CompareFunc(lines, old.Lines, compare) > 0 {
			old.Lines = lines`, `; len(lines) > 0 {
			old.Lines = tidy(append(old.Lines, lines...))`, named("AnyOrderAndDuplication", "internal/shop/inventory"),
		},
		{
			"a sale that cannot be counted parks", "internal/shop/inventory/action.go",
			`	case errors.Is(err, event.ErrNotConfigured):
		return nil, action.Permanent(`, `	case errors.Is(err, event.ErrNotConfigured):
		return nil, action.Skipf("%v", `, named("WithoutAKeyASaleParks", "internal/shop/inventory"),
		},
		{
			"a hold that ended is over, whichever event comes last", "internal/shop/fraud/order.go",
			`union.Earliest(s.Ended, t.Ended)`, `t.Ended`, shopSimulated(),
		},
		{
			"an attempt is one charge, however many events it has", "internal/shop/fraud/source.go",
			`tryOf(e.Charge.ID, Began(e).Unix())})`, `tryOf(e.Charge.ID+e.ID, Began(e).Unix())})`, named("AnAttemptIsOneCharge", "internal/shop/fraud"),
		},
		{
			"a balance transaction is posted once, whichever event names it", "internal/shop/journal/action.go",
			`action.Update(e, Table, Kind, p.Fact, func`, `action.Update(e, Table, Kind, p.Fact+e.ID, func`, named("BooksConverge", "internal/shop/journal"),
		},
		{
			"what the customer saw stays in the books", journalMerge,
			`	old.Memo.Seen = greater(old.Memo.Seen, p.Memo.Seen)`, `	old.Memo.Seen = p.Memo.Seen`, shopSimulated(),
		},
		{
			"what is posted is not posted over", journalMerge,
			`	if !old.same(p) {`, `	if !old.same(p) && false {`, named("ATransactionThatChanged", "internal/shop/journal"),
		},
		{
			"a posting that lost against another is tried again", bookFile,
			`!errors.Is(err, event.ErrConflict) || try == conflicts {`, `!errors.Is(err, event.ErrConflict) || true {`, named("APostingThatLoses", "internal/shop/journal"),
		},
		{
			"one row that differs keeps no other from being posted", bookFile,
			`		if errors.Is(err, ErrDiffers) {`, `		if errors.Is(err, ErrDiffers) && false {`, named("ATransactionThatChanged", "internal/shop/journal"),
		},
		{
			"a payout never goes back", "internal/shop/journal/payout.go",
			`payoutRank[status] > payoutRank[old.Status] {`, `payoutRank[status] > 0 {`, named("BooksConverge", "internal/shop/journal"),
		},
		{
			"what a payout is made of stays known", "internal/shop/journal/payout.go",
			`Settles: old.Settles,`, `Settles: nil,`, named("WhatAPayoutIsMadeOf", "internal/shop/journal"),
		},
		{
			"the pull stays before a page that was not posted", "internal/shop/journal/pull_scope.go",
			"\tif err != nil {\n\t\treturn false, err\n\t}\n\tp.At.After, p.At.Any", "\tp.At.After, p.At.Any", named("PullStays", "internal/shop/journal"),
		},
		{
			"a listing looks back for what Stripe lists late", "internal/shop/journal/pull_scope.go",
			`p.At.Done.Add(-pullOverlap)`, `p.At.Done.Add(0 * pullOverlap)`, named("WhatNoEventAnnounces", "internal/shop/journal"),
		},
		{
			"a notice is an effect of its hold, not of its event", noticesFile,
			`action.Outside(ctx, e, key, func`, `action.Outside(ctx, e, key+e.ID, func`, shopSimulated(),
		},
		{
			"a failure waits until its attempt is kept", noticesFile,
			`n.Rule.Limit == 0, row.Has(e), !all.Has(e):`, `true:`, named("FailuresAtOneMoment", "internal/shop/notices"),
		},
		{
			"a burst of failures is one notice a day", noticesFile,
			`b.Begin.Format(time.DateOnly)`, `b.Begin.Format(time.DateOnly) + e.Charge.ID`, named("ABurstOfFailures", "internal/shop/notices"),
		},
		{
			"the supply of an unknown item is set only with --new", "infra/shop/command/stock.go",
			`	case len(scopes) == 0 && !f.IsNew:`, `	case len(scopes) == 0 && !f.IsNew && f.Mode == "":`, named("ItemScopeComesFromRows", "infra/shop/command"),
		},
	}...)
}
