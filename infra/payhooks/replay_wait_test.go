package main

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// waited follows deliveries that wait for SES, which is throttled: first until it is
// stopped, then, with nothing wrong any more, until they are done.
func waited(o *rig) {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultThrottle})
	ids := o.charges(2)
	for _, id := range ids {
		o.eventually("its receipt waits", func() bool {
			d := o.show(id).Deliveries
			return len(d) > 0 && o.delivered(id, receipts, event.Waiting).Error != ""
		})
	}
	args := append([]string{"replay", "--action", receipts, "--yes", "--wait"}, ids...)
	o.interruptedWait(args, ids[0])
	o.fault()
	begin := time.Now()
	r := object[operator.ReplayResult](o.T, o.must(append(args, "--json")...))
	if took := time.Since(begin); r.Sent != 2 || r.Waiting != 0 || r.Ended[event.Done] != 2 || r.Checked != 2 || took > 45*time.Second {
		o.Errorf("%+v in %s; want both done, without the minute that a throttled service is left alone", r, took)
	}
	for _, id := range ids {
		o.doneOnce(id)
	}
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultReject})
	parked := o.charge()
	o.delivered(parked, receipts, event.Parked)
	if r := o.run("replay", parked, "--action", receipts, "--yes", "--wait"); r.code != 1 || !strings.Contains(r.out, "1 delivery parked") || !strings.Contains(r.err, "1 delivery is parked or unknown") {
		o.Errorf("exit %d: %s%s; want 1 and that it parked again", r.code, r.out, r.err)
	}
}

// interruptedWait stops a replay that waits once it has sent the event.
func (o *rig) interruptedWait(args []string, id string) {
	o.Helper()
	before := o.delivered(id, receipts, event.Waiting).Attempts
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(o.Context(), o.process(), args...) //nolint:gosec // this test
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		o.Fatal(err)
	}
	o.eventually("it is tried again", func() bool { return o.delivered(id, receipts, event.Waiting).Attempts > before })
	time.Sleep(time.Second) // it follows by now
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		o.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 1 ||
		!strings.Contains(errs.String(), "stopped following: 2 deliveries go on without it") || !strings.Contains(out.String(), "2 of 2 events sent") {
		o.Errorf("%v: %s%s", err, out.String(), errs.String())
	}
}
