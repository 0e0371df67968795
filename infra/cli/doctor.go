package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/cloudformation"
	"github.com/payhooks/payhooks/internal/doctor"
	"github.com/payhooks/payhooks/internal/doctor/calls"
	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/lambdacall"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/start"
)

// Doctor checks the stack. It sends no request before it is asked for findings.
func (t *Target) Doctor() *doctor.Doctor {
	functions, others, secrets := lambdacall.New(t.AWS, time.Now), calls.New(t.AWS, time.Now), secret.Manager(t.AWS, time.Now)
	return &doctor.Doctor{
		Stack: t.Stack, Local: t.Local != nil,
		Caller: others, Mail: others, Topics: others, Alarms: others, Streams: others, Pause: start.Sleep,
		Stacks: cloudformation.New(t.AWS, time.Now), Lambda: functions, Mappings: functions, Tables: ddb.New(t.AWS, time.Now),
		Secrets: func(ctx context.Context, name string) (string, error) { return secret.Get(ctx, secrets, name) },
		Rules:   t.Bus, Functions: t.Operator().Functions, Registered: t,
	}
}

// OpenDoctor is Doctor of the stack that Open connects to.
func OpenDoctor(cmd *cobra.Command) (*doctor.Doctor, error) {
	t, err := Open(cmd)
	if err != nil {
		return nil, err
	}
	return t.Doctor(), nil
}
