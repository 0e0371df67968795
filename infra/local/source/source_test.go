package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/template"
)

// shard is a stream in memory.
type shard struct {
	mu      sync.Mutex
	records []aws.Record
	at      uint64
	empty   chan struct{} // closed when everything is committed
}

func newShard(n int) *shard {
	s := &shard{empty: make(chan struct{})}
	for i := 1; i <= n; i++ {
		s.records = append(s.records, aws.Record{
			Seq: uint64(i), Sequence: fmt.Sprint(i), At: time.Now(), //nolint:gosec // small
			JSON: json.RawMessage(fmt.Sprintf(`{"n":%d,"odd":"%d"}`, i, i%2)),
		})
	}
	return s
}

func (s *shard) Wait(ctx context.Context, _ string) error {
	if got, _ := s.Read("", 1); len(got) > 0 {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

func (s *shard) Read(_ string, most int) ([]aws.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := s.records[s.at:]
	return slices.Clone(rest[:min(most, len(rest))]), nil
}

func (s *shard) Commit(_ string, seq uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at = seq; int(seq) == len(s.records) { //nolint:gosec // small
		close(s.empty)
	}
	return nil
}

// function records the numbers of each batch it is given and answers as asked.
type function struct {
	mu      sync.Mutex
	batches [][]int
	answer  func(numbers []int) (failed []int, err error)
}

func (f *function) target(t *testing.T) Function {
	t.Helper()
	return Function{
		Function: template.Function{LogicalID: "F", ARN: "arn:f", Role: "role"},
		Invoke:   f.invoke, Log: slog.New(slog.DiscardHandler),
		Authorize: func(string, string, string) error { return nil },
	}
}

func (f *function) invoke(_ context.Context, _ string, payload []byte) (lambda.Result, error) {
	var event struct {
		Records []struct {
			N         int
			MessageID string `json:"messageId"`
		}
	}
	if err := json.Unmarshal(payload, &event); err != nil {
		return lambda.Result{}, err
	}
	var numbers []int
	for _, r := range event.Records {
		if _, err := fmt.Sscan(r.MessageID, &r.N); err != nil && r.MessageID != "" {
			return lambda.Result{}, err
		}
		numbers = append(numbers, r.N)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.batches = append(f.batches, numbers)
	failed, err := f.answer(numbers)
	if err != nil {
		return lambda.Result{RequestID: "req", Payload: []byte(`{"errorMessage":"no"}`), Error: "Unhandled"}, nil
	}
	if failed == nil {
		return lambda.Result{Payload: []byte("null")}, nil
	}
	var items []string
	for _, n := range failed {
		items = append(items, fmt.Sprintf(`{"itemIdentifier":"%d"}`, n))
	}
	return lambda.Result{Payload: []byte(`{"batchItemFailures":[` + strings.Join(items, ",") + `]}`)}, nil
}

var errNo = errors.New("no")

// once fails a number the first time only.
func once(n int) func([]int) ([]int, error) {
	failed := false
	return func(numbers []int) ([]int, error) {
		if !failed && slices.Contains(numbers, n) {
			failed = true
			return []int{n}, nil
		}
		return nil, nil
	}
}

func run(t *testing.T, src interface {
	Check() error
	Run(context.Context)
}, until <-chan struct{},
) {
	t.Helper()
	if err := src.Check(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { src.Run(ctx); close(done) }()
	<-until
	stop()
	<-done
}

func TestStreamIsDeliveredInOrderUntilDoneOrDiscarded(t *testing.T) {
	poison := func(numbers []int) ([]int, error) {
		if slices.Contains(numbers, 3) {
			return nil, errNo
		}
		return nil, nil
	}
	for name, c := range map[string]struct {
		source template.StreamSource
		answer func([]int) ([]int, error)
		want   [][]int
		lost   string
	}{
		"all well": {template.StreamSource{BatchSize: 3, MaxRetries: -1}, once(99), [][]int{{1, 2, 3}, {4, 5}}, ""},
		"filtered": {template.StreamSource{BatchSize: 5, Filters: []string{`{"odd":["1"]}`}}, once(99), [][]int{{1, 3, 5}}, ""},
		"from the lowest failed on": {
			template.StreamSource{BatchSize: 5, PartialBatch: true, MaxRetries: -1}, once(3), [][]int{{1, 2, 3, 4, 5}, {3, 4, 5}}, "",
		},
		"an answer that names no record fails all": {
			template.StreamSource{BatchSize: 5, PartialBatch: true, MaxRetries: 0},
			func([]int) ([]int, error) { return []int{77}, nil },
			[][]int{{1, 2, 3, 4, 5}},
			"1-5",
		},
		"bisected until the poison is alone": {
			template.StreamSource{BatchSize: 5, Bisect: true, MaxRetries: 1},
			poison,
			[][]int{{1, 2, 3, 4, 5}, {1, 2}, {3, 4, 5}, {3}, {3}, {4, 5}},
			"3-3",
		},
		"retried, then given up": {
			template.StreamSource{BatchSize: 5, MaxRetries: 2}, poison, [][]int{{1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}}, "1-5",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, from := &function{answer: c.answer}, newShard(5)
				var lost []string
				src := &Stream{StreamSource: c.source, To: f.target(t), From: from, Lost: func(_ context.Context, m string) error {
					lost = append(lost, m)
					return nil
				}}
				run(t, src, from.empty)
				if diff := cmp.Diff(c.want, f.batches); diff != "" {
					t.Errorf("batches (-want +got):\n%s", diff)
				}
				if got := positions(t, lost); got != c.lost {
					t.Errorf("lost %s, want %s", got, c.lost)
				}
			})
		})
	}
}

// positions reads the messages of the failure destination.
func positions(t *testing.T, messages []string) string {
	t.Helper()
	var all []string
	for _, text := range messages {
		var m struct {
			RequestContext struct{ Condition string }
			Info           struct{ StartSequenceNumber, EndSequenceNumber string } `json:"DDBStreamBatchInfo"`
		}
		if err := json.Unmarshal([]byte(text), &m); err != nil || m.RequestContext.Condition != "RetryAttemptsExhausted" {
			t.Errorf("got %s: %v", text, err)
		}
		if strings.Contains(text, "odd") {
			t.Errorf("a record is in the message: %s", text)
		}
		all = append(all, m.Info.StartSequenceNumber+"-"+m.Info.EndSequenceNumber)
	}
	return strings.Join(all, " ")
}

func TestRecordsPastTheMaximumAgeAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, from := &function{answer: once(99)}, newShard(3)
		from.records[2].At = time.Now().Add(time.Hour)
		time.Sleep(time.Hour)
		run(t, &Stream{StreamSource: template.StreamSource{BatchSize: 10, MaxAge: time.Minute}, To: f.target(t), From: from}, from.empty)
		if diff := cmp.Diff([][]int{{3}}, f.batches); diff != "" {
			t.Error(diff)
		}
	})
}

// box is a queue in memory that gives its messages out once.
type box struct {
	mu               sync.Mutex
	waiting          []aws.Message
	deleted, shown   []string
	handled, expects int
	done             chan struct{}
}

func newBox(n int) *box {
	b := &box{done: make(chan struct{}), expects: n}
	for i := 1; i <= n; i++ {
		b.waiting = append(b.waiting, aws.Message{ID: fmt.Sprint(i), Receipt: fmt.Sprintf("r%d", i), Body: fmt.Sprintf(`{"n":%d}`, i), Receives: 1})
	}
	return b
}

func (b *box) Receive(ctx context.Context, r aws.Receive) ([]aws.Message, error) {
	b.mu.Lock()
	n := min(r.Max, len(b.waiting))
	got := b.waiting[:n:n]
	b.waiting = b.waiting[n:]
	b.handled += n
	last := n == 0 && b.handled == b.expects
	b.mu.Unlock()
	if last { // asked again, so the batch before is finished
		b.expects = -1
		close(b.done)
	}
	if n == 0 {
		<-ctx.Done()
	}
	return got, nil
}

func (b *box) Delete(_ context.Context, receipts ...string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deleted = append(b.deleted, receipts...)
	slices.Sort(b.deleted)
	return nil
}

func (b *box) ChangeVisibility(_ context.Context, receipt string, _ time.Duration) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shown = append(b.shown, receipt)
	slices.Sort(b.shown)
	return nil
}

func TestOfAQueueOnlyWhatSucceededIsDeleted(t *testing.T) {
	for name, c := range map[string]struct {
		source  template.QueueSource
		answer  func([]int) ([]int, error)
		deleted []string
	}{
		"all":                {template.QueueSource{BatchSize: 2}, once(99), []string{"r1", "r2", "r3"}},
		"all but the failed": {template.QueueSource{BatchSize: 10, PartialBatch: true}, once(2), []string{"r1", "r3"}},
		"none of a batch that failed": {
			template.QueueSource{BatchSize: 10, PartialBatch: true}, func([]int) ([]int, error) { return nil, errNo }, nil,
		},
		"none if the answer names no message": {
			template.QueueSource{BatchSize: 10, PartialBatch: true}, func([]int) ([]int, error) { return []int{9}, nil }, nil,
		},
		"all, without partial answers": {template.QueueSource{BatchSize: 10}, once(2), []string{"r1", "r2", "r3"}},
		"what the filter does not want": {
			template.QueueSource{BatchSize: 10, Filters: []string{`{"body":{"n":[7]}}`}},
			func([]int) ([]int, error) { return nil, errNo },
			[]string{"r1", "r2", "r3"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, from := &function{answer: c.answer}, newBox(3)
				run(t, &Queue{QueueSource: c.source, To: f.target(t), From: from, Workers: 1}, from.done)
				if diff := cmp.Diff(c.deleted, from.deleted); diff != "" {
					t.Errorf("deleted (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestWhatNoFunctionSawIsVisibleAgainAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := newBox(2)
		to := (&function{}).target(t)
		to.Invoke = func(context.Context, string, []byte) (lambda.Result, error) {
			return lambda.Result{}, lambda.ErrThrottled
		}
		run(t, &Queue{QueueSource: template.QueueSource{BatchSize: 10}, To: to, From: from, Workers: 1}, from.done)
		if diff := cmp.Diff([]string{"r1", "r2"}, from.shown); diff != "" {
			t.Error(diff)
		}
	})
}

func TestASourceWhoseRoleLacksAPermissionIsRefusedByName(t *testing.T) {
	to := (&function{}).target(t)
	to.Authorize = func(_, action, resource string) error {
		if action == "sqs:DeleteMessage" || action == "dynamodb:GetRecords" {
			return &aws.Denied{Caller: "act", Action: action, Resource: resource}
		}
		return nil
	}
	for want, src := range map[string]interface{ Check() error }{
		"act is not allowed sqs:DeleteMessage on arn:q":   &Queue{QueueSource: template.QueueSource{Queue: "arn:q"}, To: to},
		"act is not allowed dynamodb:GetRecords on arn:s": &Stream{StreamSource: template.StreamSource{Stream: "arn:s"}, To: to},
	} {
		if err := src.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestASchedulesNextTimeIsWhatItsExpressionSays(t *testing.T) {
	from := time.Date(2026, 11, 22, 23, 59, 30, 0, time.UTC) // a Sunday
	for expression, want := range map[string]string{
		"rate(5 minutes)":          "2026-11-23T00:04:30Z",
		"rate(1 day)":              "2026-11-23T23:59:30Z",
		"cron(0/15 * * * ? *)":     "2026-11-23T00:00:00Z",
		"cron(30 6 ? * MON-FRI *)": "2026-11-23T06:30:00Z",
		"cron(0 0 1 JAN ? *)":      "2027-01-01T00:00:00Z",
		"cron(0 0 29 2 ? *)":       "2028-02-29T00:00:00Z",
	} {
		next, err := parseSchedule(expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got := next(from).Format(time.RFC3339); got != want {
			t.Errorf("%s: got %s, want %s", expression, got, want)
		}
	}
	for _, bad := range []string{"", "rate(0 minutes)", "rate(1 fortnight)", "cron(0 0 L * ? *)", "cron(99 0 * * ? *)", "at(2026-01-01)"} {
		if _, err := parseSchedule(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestAScheduledRunIsInvokedOnTimeAndTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		begin, done := time.Now(), make(chan struct{})
		to := (&function{}).target(t)
		to.Invoke = func(context.Context, string, []byte) (lambda.Result, error) {
			if at = append(at, time.Since(begin).Truncate(time.Minute)); len(at) == 3 {
				close(done)
			}
			return lambda.Result{Error: map[bool]string{true: "Unhandled"}[len(at) == 1]}, nil
		}
		run(t, &Schedule{Schedule: template.Schedule{Expression: "rate(1 minute)"}, To: to, Retries: 1}, done)
		if diff := cmp.Diff([]time.Duration{time.Minute, time.Minute, 2 * time.Minute}, at); diff != "" {
			t.Error(diff)
		}
	})
}
