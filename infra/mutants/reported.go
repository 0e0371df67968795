package main

const (
	reportsFile = "internal/mailreport/mailreport.go"
	messageFile = "internal/mailreport/message.go"
	lettersFile = "internal/operator/deadletters_source.go"
)

// reportTest is a test of what SES reports about mails.
func reportTest(test string) []string { return named(test, "internal/mailreport") }

// reported: what SES reports reaches the mail that it is about, and no other.
var reported = []guard{
	{
		"a report about a mail that an operator had sent again is of the other", reportsFile,
		`	case e.State == event.EffectDone && !sameMail(e, m.ID):`, `	case e.State == event.EffectDone && !sameMail(e, m.ID) && false:`, reportTest("TestReportAboutAnotherMail"),
	},
	{
		"a report is about the mails of one action", reportsFile,
		` || m.tag(mail.TagAction) != r.Action {`, ` {`, reportTest("TestReportAboutAnotherMail"),
	},
	{
		"a tag with two values names nothing", messageFile,
		`len(values) == 1 {`, `len(values) > 0 {`, reportTest("TestReportAboutAnotherMail"),
	},
	{
		"a mail that is being sent is left to its attempt", reportsFile,
		`	if e.State == event.EffectIntended && e.Lease.After(r.Now()) {`, `	if false {`, reportTest("TestMailThatIsBeingSent"),
	},
	{
		"a report about a mail whose reply was lost lets its delivery continue", reportsFile,
		`		return r.reopen(ctx, ref)`, `		return nil`, reportTest("TestReportProvesAnUnknownMail"),
	},
	{
		"a report that could not be recorded stays in the queue", reportsFile,
		`	return err != nil
}`, `	return false
}`, reportTest("TestReportWaitsForATable"),
	},
	{
		"a dead letter of the rule is a report", messageFile,
		`	if d := in.Detail; d != nil {`, `	if d := in.Detail; d != nil && false {`, reportTest("TestWholeEventOfSES"),
	},
	{
		"of several reports the last in their order stays, in memory", "internal/memory/effects.go",
		`max(old.Report, r)`, `r`, inMemory("report"),
	},
	{
		"of several reports the last in their order stays", "internal/dynamo/report.go",
		`"#state = :done AND (attribute_not_exists(#report) OR #report < :report)"`, `"#state = :done AND (attribute_not_exists(#report) OR :report = :report)"`, kept("report"),
	},
	{
		"the outcome of a delivery is amended where nobody else wrote it", "internal/dynamo/report.go",
		`		condition += " AND #" + name + " = :was" + name`, `		condition += " AND #" + name + " = #" + name`, kept("report"),
	},
	{
		"a list of what came back has nothing else", "internal/operator/list_rows.go",
		` && l.reported(ds[c.ID]):`, `:`, operatorTest("TestListOfWhatCameBack"),
	},
	{
		"dead letters whose work a sweep does are not sent", redriveFile,
		`	if !source.swept {`, `	if true {`, operatorTest("TestDeadLettersOfABus"),
	},
	{
		"a stack without the partner bus has no dead letters of it", "internal/operator/deadletters.go",
		`		case !errors.Is(err, event.ErrNotFound):
			return nil, err
		}
	}
	return slices`, `		default:
			return nil, err
		}
	}
	return slices`, operatorTest("TestRedrivenMessage"),
	},
	{
		"a dead letter about a mail names its event", lettersFile,
		`		if len(tagged) == 1 {`, `		if false {`, operatorTest("TestDeadLettersOfOther"),
	},
	{
		"every queue of dead letters is one that the operator knows", "infra/check/queues.go",
		` || !slices.Contains(known, name)) {`, ` || !slices.Contains(known, name) && false) {`, named("BrokenTemplate", "infra/check"),
	},
	{
		"no action has the dead letters of the stack's own", "infra/scaffold/scaffold.go",
		`	case slices.Contains(operator.DeadLetterSources(), a.Name):`, `	case slices.Contains(operator.DeadLetterSources(), a.Name) && false:`, named("WhatCannotBeAdded", "infra/scaffold"),
	},
}
