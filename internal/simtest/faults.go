package simtest

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/memory"
)

// odds are the chances of a fault per I/O, in thousandths; each schedule draws
// its own, so that some are stormy in one way and calm in the others.
type odds struct{ crash, lose, throttle, delay, jump, yield, broken, twice, vanish, outage, rules int }

// maxSkew is how wrong our clock may go, either way. The sweep of what has no
// record allows for 15 minutes between two clocks, the fetch for 10.
const maxSkew = 4 * time.Minute

// inFlight is how long a request may be on its way before its sender's time
// is up. An event that is stored later than that after it was received would
// be older than the sweep thinks.
const inFlight = time.Minute

func draw(rng *rand.Rand) (odds, time.Duration) {
	level := func(most int) int { return rng.IntN(3) * rng.IntN(most+1) / 2 }
	o := odds{
		crash: level(40), lose: level(60), throttle: level(80), delay: level(60), jump: level(10), yield: level(120),
		broken: level(200), twice: level(100), vanish: level(60), outage: level(4), rules: level(10),
	}
	paces := []time.Duration{5 * time.Second, time.Minute, 10 * time.Minute}
	pace := paces[rng.IntN(len(paces))]
	if rng.IntN(6) == 0 {
		return odds{yield: 150, twice: 100, vanish: o.vanish, broken: o.broken}, crowded
	}
	return o, pace
}

// crowded is the pace of the schedules in which much comes twice and at once,
// but nothing crashes, fails or takes long. Nothing there excuses an unknown
// outcome or a second sending.
const crowded = 100 * time.Millisecond

// fault decides what happens around one I/O of the process that runs.
func (w *world) fault(op memory.Op) memory.Fault {
	if w.calm && w.cost == 0 {
		return memory.Fault{}
	}
	return memory.Fault{
		Before: func() error {
			w.spend(op)
			return w.around(op, "before")
		},
		After: func() error { return w.around(op, "after") },
	}
}

// spend is the time that an I/O takes, and the end of a process whose time is over. Ten
// envelopes are one request to the bus.
func (w *world) spend(op memory.Op) {
	took := float64(w.cost) * w.share
	if op.Name == "Publish" {
		took /= 10
	}
	w.now = w.now.Add(time.Duration(took))
	if w.dies--; w.dies == 0 {
		w.met("crash", op)
		runtime.Goexit()
	}
	if end := w.ends[len(w.ends)-1]; !end.IsZero() && w.clock().After(end) {
		w.met("timeout", op)
		runtime.Goexit()
	}
}

// io is one I/O of something that is no store in memory.
func (w *world) io(op memory.Op, effect func()) error {
	fault := w.fault(op)
	if fault.Before != nil {
		if err := fault.Before(); err != nil {
			return err
		}
	}
	effect()
	if fault.After != nil {
		return fault.After()
	}
	return nil
}

func (w *world) around(op memory.Op, when string) error {
	if w.calm {
		return nil
	}
	sent := w.now
	w.dawdle(op)
	w.reading = op.Name
	late := op.Name == "Put" && when == "before" && w.now.Sub(sent) > inFlight
	switch {
	case late || w.chance(w.odds.crash):
		w.met("crash", when, " ", op)
		runtime.Goexit()
	case when == "before" && w.unlisted(op):
		w.met("rules cannot be listed", op)
		return errDenied
	case when == "before" && w.chance(w.odds.throttle):
		w.met("throttle", op)
		return memory.ErrUnavailable
	case when == "after" && w.chance(w.odds.lose):
		w.met("lost reply", op)
		return memory.ErrUnavailable
	}
	return nil
}

// errDenied is of a control plane, which is no part of the way.
var errDenied = errors.New("events:ListRules: AccessDenied")

// unlisted reports whether the I/O needs the bus's rules, which cannot be listed for an
// hour now and then.
func (w *world) unlisted(op memory.Op) bool {
	if !slices.Contains([]string{"Subscribers", "Rules", "Types", "Refresh"}, op.Name) {
		return false
	}
	if w.chance(w.odds.rules) {
		w.rulesBack = w.now.Add(time.Hour)
	}
	return w.now.Before(w.rulesBack)
}

// dawdle lets time pass in an I/O, moves the clock, or lets others run.
func (w *world) dawdle(op memory.Op) {
	if w.chance(w.odds.delay) {
		w.met("delay", op)
		w.pass(time.Minute)
	}
	if w.chance(w.odds.jump) {
		w.jump(op)
	}
	if w.depth < 3 && w.chance(w.odds.yield) {
		w.met("interleaved", op)
		w.step()
	}
}

// jump stops the process for up to two hours, or sets its clock anew.
func (w *world) jump(op memory.Op) {
	if w.rng.IntN(3) == 0 {
		w.met("hang", op)
		w.pass(2 * time.Hour)
		return
	}
	old := w.skew
	w.skew = time.Duration(w.rng.Int64N(int64(2*maxSkew))) - maxSkew
	if w.skew < old {
		w.met("clock jump back", old-w.skew)
	} else {
		w.met("clock jump forward", w.skew-old)
	}
}

// queueFault: a queue refuses and loses replies, but a crash of the process is
// the function's affair.
func (w *world) queueFault(op memory.Op) memory.Fault {
	switch {
	case w.calm:
	case w.chance(w.odds.throttle / 4):
		w.met("throttle", op)
		return memory.Refuse(memory.ErrUnavailable)
	case w.chance(w.odds.lose / 4):
		w.met("lost reply", op)
		return memory.LoseReply(memory.ErrUnavailable)
	}
	return memory.Fault{}
}
