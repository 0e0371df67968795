package simtest

import (
	"errors"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// recorder is an action's delivery.Recorder: what is in the environments of its
// processes.
type recorder struct {
	world   *world
	running []running
}

type running struct {
	event.Running

	crashed *bool
}

func (r *recorder) Began(a event.Running) {
	r.running = append(r.running, running{a, r.world.processes[len(r.world.processes)-1]})
}

func (r *recorder) Ended(owner string) {
	r.running = slices.DeleteFunc(r.running, func(a running) bool { return a.Owner == owner })
}

// Interrupted loses some of them: Lambda gave up the environment.
func (r *recorder) Interrupted(fn func(event.Interrupted) error) error {
	var all error
	for _, a := range slices.Clone(r.running) {
		if !*a.crashed {
			continue
		}
		if !r.world.calm && r.world.chance(200) {
			r.Ended(a.Owner)
			continue
		}
		r.world.met("attempt ended by the next process", a.Event)
		if err := fn(event.Interrupted{Running: a.Running, Ended: r.world.clock(), Why: "crash: simulated"}); err != nil {
			all = errors.Join(all, err)
			continue
		}
		r.Ended(a.Owner)
	}
	return all
}
