package console

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/operator"
)

// operations are the bulk changes that run in this console, or ran.
type operations struct {
	mu   sync.Mutex
	all  []*operation // the oldest first
	done bool         // the console stops
	wg   sync.WaitGroup
}

const (
	// keptOperations is how many that have ended are kept.
	keptOperations = 50
	// stopTime is how long the console waits for what is under way when it stops.
	stopTime = 4 * time.Second
	// recent is how long ago an operation ended that the page Needs a person names.
	recent = 10 * time.Minute
	// maxNamed is how many that page names.
	maxNamed = 3
)

// operation is one bulk change. What it did is in the ledger; how far it is, here alone.
type operation struct {
	ID string
	task
	Began time.Time

	cancel context.CancelFunc
	mu     sync.Mutex
	n      int
	ended  time.Time
	stop   bool
	report report
	err    error
}

// task is what an operation does.
type task struct {
	Title   string // "Retry 205 parked deliveries"
	Verb    string // what has been done to an item: sent
	One     string // what an item is called: delivery
	Many    string // deliveries
	Still   string // what the same selection continues with: what is still parked
	Total   int    // items that it takes
	Rate    float64
	Before  []operator.Skipped // selected, and left out before it began
	Command []string
	Same    string // address of the dialog with the same selection
	Back    string
	do      func(context.Context, operator.Pace) (report, error)
}

// report is what was done.
type report struct {
	Done   int
	Left   []operator.Skipped // of which nothing was done, and why
	Other  []string           // sentences with more
	Found  []operator.EventRow
	Resume string // where a replay that was stopped continues
}

// start runs a task until it ends, or is stopped with the console.
func (o *operations) start(t task, now func() time.Time, ended func()) (*operation, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done {
		return nil, Refused(http.StatusServiceUnavailable, "The console stops.", "Nothing was changed.")
	}
	ctx, cancel := context.WithCancel(context.Background())
	op := &operation{ID: rand.Text()[:10], task: t, Began: now(), cancel: cancel}
	o.all = append(o.all, op)
	o.forget()
	o.wg.Go(func() {
		defer cancel()
		rep, err := t.do(ctx, operator.Pace{Rate: t.Rate, Progress: op.add})
		op.end(rep, err, now())
		ended()
	})
	return op, nil
}

// forget drops the oldest that have ended.
func (o *operations) forget() {
	over := len(o.all) - keptOperations
	o.all = slices.DeleteFunc(o.all, func(op *operation) bool {
		drop := over > 0 && op.over()
		if drop {
			over--
		}
		return drop
	})
}

func (o *operations) get(id string) *operation {
	o.mu.Lock()
	defer o.mu.Unlock()
	if i := slices.IndexFunc(o.all, func(op *operation) bool { return op.ID == id }); i >= 0 {
		return o.all[i]
	}
	return nil
}

// list has those that run, and those that ended a short time ago; the newest first.
func (o *operations) list(now time.Time) (all []progress) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, op := range slices.Backward(o.all) {
		if p := op.progress(now); len(all) < maxNamed && (p.Running || now.Sub(p.Ended) < recent) {
			all = append(all, p)
		}
	}
	return all
}

// stop ends all of them: items that have begun end, no other one begins.
func (o *operations) stop() {
	o.mu.Lock()
	o.done = true
	for _, op := range o.all {
		op.cancel()
	}
	o.mu.Unlock()
	ended := make(chan struct{})
	go func() { o.wg.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(stopTime):
	}
}

func (o *operation) add(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.n += n
}

func (o *operation) end(rep report, err error, at time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.report, o.err, o.ended = rep, err, at
}

// Stop begins no further item.
func (o *operation) Stop() {
	o.mu.Lock()
	o.stop = o.ended.IsZero()
	o.mu.Unlock()
	o.cancel()
}

func (o *operation) over() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.ended.IsZero()
}
