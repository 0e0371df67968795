// Package doctor checks the AWS side of a deployed stack. Each finding says what
// is there and what to type next. It reads only: no check changes anything but a probe,
// which sets an alarm off for a moment.
//
// Nothing here prints or asks back, and no finding contains a secret.
package doctor

import (
	"context"
	"iter"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Result is how a check ended.
type Result string

// What a check may end with. Unknown: nothing was found out, because a call
// was denied or failed.
const (
	OK      Result = "ok"
	Warning Result = "warning"
	Failed  Result = "failed"
	Unknown Result = "unknown"
)

// Finding is one line of the doctor's report.
type Finding struct {
	Check  string `json:"check"`
	Result Result `json:"result"`
	Found  string `json:"found"`
	Do     string `json:"do,omitempty"` // a command to type, or what to set
}

// Doctor checks one stack. On the local stack only Rules, Mappings and Functions
// are used.
type Doctor struct {
	Stack string
	Local bool // the local stack, which has no more of AWS than it needs

	Caller    Caller
	Stacks    Stacks
	Secrets   Secrets
	Mail      Mail
	Lambda    Lambda
	Mappings  Mappings
	Topics    Topics
	Alarms    Alarms // for a probe only
	Tables    Tables
	Streams   Streams
	Rules     Rules
	Functions Functions

	Registered Registered
	// Pause waits between two looks at an alarm's history.
	Pause func(context.Context, time.Duration) error
}

// need is what a check cannot do without.
type need int

const (
	needsAWS   need = iota // more of AWS than the local stack has
	needsMain              // and the stack
	needsData              // and the stack of its tables and secrets
	needsRules             // only rules, mappings and functions
)

// check is one subject. It returns a single finding if all is well, else one for
// each thing that is not.
type check struct {
	name  string
	needs need
	do    func(*run, context.Context) []Finding
}

var checks = []check{
	{"stack", needsAWS, (*run).stacks},
	{"names", needsAWS, (*run).names},
	{"secrets", needsMain, (*run).secrets},
	{"stripe", needsMain, (*run).registered},
	{"domain", needsMain, (*run).domain},
	{"mail", needsMain, (*run).mail},
	{"concurrency", needsMain, (*run).concurrency},
	{"alarms", needsMain, (*run).alarms},
	{"key", needsMain, (*run).oneKey},
	{"tables", needsData, (*run).tables},
	{"functions", needsMain, (*run).functions},
	{"rules", needsRules, (*run).rulesEnabled},
	{"mappings", needsRules, (*run).mappings},
}

// Findings runs the checks one after the other, with probe also those of the
// actions' rights and of the way of an alarm. Without usable credentials it ends after saying so.
func (d *Doctor) Findings(ctx context.Context, probe bool) iter.Seq[Finding] {
	all := checks
	if probe {
		all = append(checks[:len(checks):len(checks)], check{"probe", needsRules, (*run).probe}, check{"alarm probe", needsMain, (*run).alarmProbe})
	}
	return func(yield func(Finding) bool) {
		caller := d.caller(ctx)
		if !yield(caller) || caller.Result == Failed {
			return
		}
		r := &run{Doctor: d}
		for _, c := range all {
			for _, f := range r.perform(ctx, c) {
				if !yield(f) {
					return
				}
			}
		}
	}
}

// run is one pass over the checks, with what earlier ones read.
type run struct {
	*Doctor
	main, data *deployed // nil: it could not be read
	rules      []event.Rule
	rulesErr   error
	rulesRead  bool
}

// perform leaves a check out whose subject is not there.
func (r *run) perform(ctx context.Context, c check) []Finding {
	switch {
	case r.Local && c.needs != needsRules:
		return []Finding{{c.name, Unknown, "not checked: the local stack does not have this part of AWS", "payhooks doctor --stack NAME"}}
	case c.needs == needsMain && r.main == nil:
		return []Finding{notRead(c.name, r.Stack)}
	case c.needs == needsData && r.data == nil:
		return []Finding{notRead(c.name, dataStack(r.Stack))}
	}
	return c.do(r, ctx)
}

func notRead(check, stack string) Finding {
	return Finding{check, Unknown, "not checked: stack " + stack + " could not be read", "see the check stack"}
}

// caller says whose credentials the doctor uses, and with them which account.
func (d *Doctor) caller(ctx context.Context) Finding {
	arn, err := d.Caller.GetCallerIdentity(ctx)
	if err != nil {
		do := "aws configure"
		if says(err, "Signature expired") || says(err, "Signature not yet current") || code(err) == "RequestExpired" {
			do = "set the clock of this machine, for example with timedatectl set-ntp true"
		}
		return Finding{"caller", Failed, "no usable AWS credentials: " + brief(err), do}
	}
	return Finding{Check: "caller", Result: OK, Found: arn}
}

// known lists the rules of the actions, once.
func (r *run) known(ctx context.Context) ([]event.Rule, error) {
	if !r.rulesRead {
		r.rules, r.rulesErr = r.Rules.Rules(ctx)
		r.rulesRead = true
	}
	return r.rules, r.rulesErr
}
