package operator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
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

func TestDeadLetterOfPartnerBusIsSentUnchanged(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	const name = "ingest-eventbridge"
	if _, err := d.ListDeadLetters(t.Context(), name, 10); err == nil || !strings.Contains(err.Error(), "dispatch") {
		t.Errorf("without a destination: %v, want the names there are", err)
	}
	d.Queues[name] = &memory.Queue{Now: time.Now, DeadLetter: &memory.Queue{Now: time.Now}}
	letters := []string{`{ "detail-type":"a.b", "detail": {"id":"evt_1","n":1.0} }`, "hello"}
	for _, body := range letters {
		bury(t, d, name, body)
	}
	list, err := d.ListDeadLetters(t.Context(), "", 10)
	if err != nil || len(list) != 2 || list[0].Event != "evt_1" || !strings.Contains(list[1].Reason, "could not be stored") {
		t.Errorf("listed %+v, %v", list, err)
	}
	plan, err := d.PlanRedrive(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := plan.Run(t.Context(), operator.Pace{Parallel: 1})
	sent := d.Queues[name].Messages()
	if err != nil || r.Sent != 2 || len(sent) != 2 || sent[0].Body != letters[0] || sent[1].Body != letters[1] || len(d.Queues[name].DeadLetter.Messages()) != 0 {
		t.Errorf("%+v, %v; sent %+v", r, err, sent)
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
