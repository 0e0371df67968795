package operator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

func fmtID(i int) string { return fmt.Sprintf("evt_%05d", i) }

// bury puts a message among the dead letters of a name.
func bury(t *testing.T, d *operatortest.Desk, name, body string) {
	t.Helper()
	if err := d.Queues[name].DeadLetter.Send(t.Context(), body, 0); err != nil {
		t.Fatal(err)
	}
}

func TestRedrivenMessageNamesItsAction(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	bury(t, d, operatortest.Receipts, `{"id":"1","detail-type":"a.b","detail":{"id":"evt_1","amount":12345678901234567890}}`)
	bury(t, d, operatortest.Receipts, "not JSON")
	bury(t, d, "dispatch", `{"requestContext":{"condition":"RetryAttemptsExhausted"},"DDBStreamBatchInfo":{"batchSize":3}}`)
	plan, err := d.PlanRedrive(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	dry, err := plan.DryRun(t.Context())
	if err != nil || dry.Selected != 3 || len(dry.Sample) != 3 || !strings.HasPrefix(dry.Sample[0].Reason, "3 records of the stream were given up") {
		t.Errorf("dry run %+v, %v", dry, err)
	}
	r, err := plan.Run(t.Context(), operator.Pace{})
	if err != nil || r.Sent != 1 || r.Unreadable != 1 || r.Removed != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	want := `{"detail":{"amount":12345678901234567890,"id":"evt_1","only":"send-receipt"},"detail-type":"a.b","id":"1"}`
	if got := d.Queues[operatortest.Receipts].Messages(); len(got) != 1 || got[0].Body != want {
		t.Errorf("sent %+v, want %s", got, want)
	}
	if left, err := d.ListDeadLetters(t.Context(), "", 10); err != nil || len(left) != 1 || left[0].Event != "" || !strings.Contains(left[0].Reason, "cannot be read") {
		t.Errorf("left %+v, %v; want the unreadable one", left, err)
	}
}

// optional is a desk whose stack has the function or bus of this name, too, with these letters.
func optional(t *testing.T, name string, letters ...string) *operatortest.Desk {
	t.Helper()
	d := operatortest.New(t, time.Now, 1)
	if _, err := d.ListDeadLetters(t.Context(), name, 10); err == nil || !strings.Contains(err.Error(), "dispatch") {
		t.Errorf("without %s: %v, want the names there are", name, err)
	}
	d.Queues[name] = &memory.Queue{Now: time.Now, DeadLetter: &memory.Queue{Now: time.Now}}
	for _, body := range letters {
		bury(t, d, name, body)
	}
	return d
}

// redrive redrives the letters of one name.
func redrive(t *testing.T, d *operatortest.Desk, name string) operator.RedriveResult {
	t.Helper()
	plan, err := d.PlanRedrive(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := plan.Run(t.Context(), operator.Pace{Parallel: 1})
	if left := d.Queues[name].DeadLetter.Messages(); err != nil || len(left) != 0 {
		t.Errorf("%s: %v, left %+v", name, err, left)
	}
	return r
}

func TestDeadLettersOfOtherFunctionsAreSentUnchanged(t *testing.T) {
	tags := fmt.Sprintf(`{%q:["evt_1"]}`, mail.TagEvent)
	for _, c := range []struct {
		name    string
		letters []string // the first is about evt_1
		reason  string
	}{
		{"ingest-eventbridge", []string{`{ "detail-type":"a.b", "detail": {"id":"evt_1","n":1.0} }`, "hello"}, "could not be stored"},
		{"record-mail", []string{`{"type": "Bounce", "id": "m-1", "tags": ` + tags + `}`, "hello"}, "could not be recorded"},
		// The bus could not put it into the queue: it is as SES wrote it.
		{"record-mail", []string{`{"detail": {"eventType":"Bounce","mail":{"messageId":"m-1","tags":` + tags + `}}}`}, "could not be recorded"},
	} {
		name, d := c.name, optional(t, c.name, c.letters...)
		list, err := d.ListDeadLetters(t.Context(), "", 10)
		if err != nil || len(list) != len(c.letters) || list[0].Event != "evt_1" || !strings.Contains(list[len(list)-1].Reason, c.reason) {
			t.Errorf("%s: listed %+v, %v", name, list, err)
		}
		r, sent := redrive(t, d, name), []string{}
		for _, m := range d.Queues[name].Messages() {
			sent = append(sent, m.Body)
		}
		if r.Sent != len(c.letters) || !slices.Equal(sent, c.letters) {
			t.Errorf("%s: %+v; sent %q", name, r, sent)
		}
	}
}

func TestDeadLettersOfABusAreDeletedByARedrive(t *testing.T) {
	for name, says := range map[string]string{"bus": "reconcile sends the event again", "partner-bus": "from Stripe's list"} {
		d := optional(t, name, `{"detail-type":"Encrypted Events","detail":{"encrypted-payload":"AgR4"}}`)
		if list, err := d.ListDeadLetters(t.Context(), name, 10); err != nil || len(list) != 1 || !strings.Contains(list[0].Reason, says) {
			t.Errorf("%s: listed %+v, %v", name, list, err)
		}
		if r := redrive(t, d, name); r.Removed != 1 || r.Sent != 0 || len(d.Queues[name].Messages()) != 0 {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestFailedDeleteSendsADeadLetterTwice(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	bury(t, d, operatortest.Receipts, `{"detail":{"id":"evt_1"}}`)
	queue := d.Queues[operatortest.Receipts].DeadLetter
	queue.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Delete" {
			return memory.Refuse(memory.ErrUnavailable)
		}
		return memory.Fault{}
	}
	for range 2 {
		plan, err := d.PlanRedrive(t.Context(), operatortest.Receipts)
		if err == nil {
			_, err = plan.Run(t.Context(), operator.Pace{})
		}
		if err == nil || !strings.Contains(err.Error(), "could not be deleted") {
			t.Fatalf("%v, want the failure", err)
		}
	}
	if n := len(d.Queues[operatortest.Receipts].Messages()); n != 2 {
		t.Errorf("%d messages, want two", n)
	}
}

func TestAttentionListsAllThatNeedsAPerson(t *testing.T) {
	d := operatortest.New(t, time.Now, 2)
	d.Deliver("evt_00000", operatortest.Receipts, states["parked"])
	d.Deliver("evt_00001", operatortest.Receipts, states["unknown"])
	bury(t, d, operatortest.Receipts, `{"detail":{"id":"evt_1"}}`)
	q := event.Quarantined{Endpoint: "default", ID: "evt_2", Reason: "wrong_mode", Received: time.Now().Add(-time.Hour)}
	if err := d.Quarantine.Put(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	items, err := d.Attention(t.Context(), 10)
	var states []string
	for _, i := range items {
		states = append(states, i.State)
	}
	if got := strings.Join(states, " "); err != nil || got != "quarantined parked unknown dead" {
		t.Errorf("listed %q, %v", got, err)
	}
}
