package main

import (
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/demo"
	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
)

// notUsedHere are the rights that no event here makes a function use, each with who uses it
// or when.
var notUsedHere = []struct{ function, right, because string }{
	{".*", "logs:(CreateLogStream|PutLogEvents) on .*", "Lambda writes what the function prints"},
	{".*", "sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes) on .*", "Lambda polls the queue for the function"},
	{"dispatch", "dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams) on .*", "Lambda polls the stream for the function"},
	{"dispatch", "sqs:SendMessage on .*-dispatch-dead", "Lambda notes the records that it gave up"},
	{"dispatch", "dynamodb:(BatchGetItem|GetItem|PutItem) on .*", "records of the stream that are old or cannot be read"},
	{"ingest.*", "dynamodb:(GetItem|UpdateItem) on .*-events", "a snapshot that comes before its thin event is fetched"},
	{"ingest", "secretsmanager:GetSecretValue on .*webhooks/.*", "it reads its secrets when it starts, before this test counts"},
	{"reconcile", "dynamodb:PutItem on .*-quarantine", "an event in Stripe's list that cannot be read"},
	{"reconcile", "dynamodb:PutItem on .*-journal", "a transaction that no event reports"},
	{"action", "sns:Publish on .*", "a text goes out for live events only"},
	{"action", "ses:SendEmail on .*configuration-set/.*", "an identity may have a default configuration set"},
}

// right is one action of a statement on one resource, of a function or, for what all actions
// have, of the action.
type right struct{ function, action, resource string }

func (r right) String() string { return r.action + " on " + r.resource }

// TestRow66EveryRightOfARoleIsUsed runs all kinds of events through a stack: a right that
// nothing uses is there for an attacker only.
func TestRow66EveryRightOfARoleIsUsed(t *testing.T) {
	o := newOperator(t)
	req, err := o.stack.Own(t.Context(), http.MethodPost, "counts", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	o.restarted() // some rights are used at start only
	o.everyKind()
	used := o.stack.AWS.Granted()
	for _, r := range o.rights() {
		excused := slices.ContainsFunc(notUsedHere, func(n struct{ function, right, because string }) bool {
			return regexp.MustCompile("^(?:"+n.function+")$").MatchString(r.function) && regexp.MustCompile("^(?:"+n.right+")$").MatchString(r.String())
		})
		was := slices.ContainsFunc(used, func(g aws.Granted) bool { return o.rightOf(g.Role, g.Action, g.Resource).within(r) })
		if !was && !excused {
			t.Errorf("%s: nothing used %s; take it out of the template, or list it in this test with its reason", r.function, r)
		}
	}
}

// within reports whether a right that was used is one that the other stands for.
func (r right) within(granted right) bool {
	pattern := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(granted.resource))
	return r.function == granted.function && r.action == granted.action && regexp.MustCompile("^"+pattern+"$").MatchString(r.resource)
}

// rights are those of all functions, each once.
func (o *rig) rights() (all []right) {
	for arn, role := range o.stack.Template.Roles {
		for _, p := range role.Policies {
			for _, st := range p.Statements {
				for _, action := range st.Actions {
					for _, resource := range st.Resources {
						if r := o.rightOf(arn, action, resource); st.Effect != "Deny" && !slices.Contains(all, r) {
							all = append(all, r)
						}
					}
				}
			}
		}
	}
	return all
}

// rightOf is a right of a role. All actions have one template: what one of them uses, all
// may have. That each is given what its own code needs, infra/check finds.
func (o *rig) rightOf(role, action, resource string) right {
	name := ""
	for _, f := range o.stack.Template.Functions {
		if f.Role == role {
			name = filepath.Base(f.Dir)
		}
	}
	if slices.Contains([]string{"ingest", "ingest-eventbridge", "dispatch", "reconcile"}, name) {
		return right{name, action, resource}
	}
	return right{"action", action, strings.Replace(resource, "local-"+name, "local-action", 1)}
}

// everyKind runs a month, events of each way in, of what is unrecorded, missing, wrong or late.
func (o *rig) everyKind() {
	o.unrecorded()
	missed := silent(o.T, o.Target, 1, time.Now().Add(-2*time.Second))
	o.must("reconcile", "--min-age", "0s")
	doneAll(o.T, o.Target, missed)
	p, err := newPlan(demo.Seed, 24)
	if err != nil {
		o.Fatal(err)
	}
	if _, err := demo.Verify(command(o.T), o.Target, p); err != nil {
		o.Fatal(err)
	}
	bus, err := openBus(o.Context())
	if err != nil {
		o.Fatal(err)
	}
	byWebhookAndBus(o, bus)
	notOfDestination(o, bus)
	triggeredThin(o)
	overridden(o)
	o.must("trigger", "customer.subscription.created")
	o.late()
}

// unrecorded has an event whose subscribers dispatch could not list, which it does first.
func (o *rig) unrecorded() {
	o.fault(aws.Fault{Service: "events", Operation: "ListRules", Kind: aws.FaultDeny, Caller: "dispatch"})
	o.restarted() // it lists them at start
	id := o.charge()
	o.delivered(id, receipts, event.Done)
	o.aged(id, 20*time.Minute)
	for range 2 {
		o.must("reconcile")
	}
	o.fault()
}

// late has a delivery that is due.
func (o *rig) late() {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultThrottle})
	id := o.charge()
	o.status(id, event.StatusWaiting)
	o.fault()
	o.due(id, receipts)
	o.status(id, event.StatusDone)
}
