package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/logging"
	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/bus"
	"github.com/payhooks/payhooks/internal/cloudformation"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/lambdacall"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/sqsqueue"
	"github.com/payhooks/payhooks/internal/wire"
)

// Target is the stack that a command works on: the running local one, or a
// deployed one.
type Target struct {
	Stack string
	Local *local.Running // nil for a deployed stack
	API   string         // where events are posted, if known
	// FakeStripe is the address of fake Stripe, if the functions call it.
	FakeStripe string
	AWS        aws.Config
	Tables     Tables
	Bus        event.Bus
}

// Tables are the stack's stores. memory.Store has all but Since and Copies.
type Tables interface {
	event.Store
	event.Ledger
	event.Erasure
	Quarantine() event.Quarantine
	Copies() event.Copies
	// Since is when the tables were created.
	Since(ctx context.Context) (time.Time, error)
}

// StackFlag adds --stack, which Open reads.
func StackFlag(cmd *cobra.Command) {
	cmd.Flags().String("stack", "", "name of a deployed stack (default: the running local stack)")
}

// Open connects to the stack that --stack names, or without it to the local
// stack that runs over DataDir. It sends no request to AWS.
func Open(cmd *cobra.Command) (*Target, error) {
	name, err := cmd.Flags().GetString("stack")
	if err != nil {
		return nil, err
	}
	if name == "" {
		run, err := local.Find(DataDir())
		if err != nil {
			return nil, err
		}
		return OpenLocal(cmd.Context(), run)
	}
	cfg, err := config.LoadDefaultConfig(cmd.Context(), config.WithLogger(logging.Nop{}))
	if err != nil {
		return nil, fmt.Errorf("configure AWS client: %w", err)
	}
	if wire.DualStack(cfg) {
		return nil, errors.New("the environment or the profile asks for dual-stack hosts, and payhooks calls AWS's usual hosts only: unset AWS_USE_DUALSTACK_ENDPOINT, or remove use_dualstack_endpoint from the profile")
	}
	t := &Target{Stack: name, AWS: cfg}
	t.adapters()
	return t, nil
}

// OpenLocal connects to a local stack that the caller knows.
func OpenLocal(ctx context.Context, run local.Running) (*Target, error) {
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithRegion(run.Region), config.WithBaseEndpoint(run.AWS), config.WithLogger(logging.Nop{}),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(run.AccessKey, run.SecretKey, "")))
	if err != nil {
		return nil, fmt.Errorf("configure AWS client: %w", err)
	}
	t := &Target{Stack: run.Stack, Local: &run, API: run.API, FakeStripe: run.FakeStripe, AWS: cfg}
	t.adapters()
	return t, nil
}

func (t *Target) adapters() {
	tables, onto := ddb.New(t.AWS, time.Now), bus.Open(t.AWS, t.Stack, time.Now)
	tables.Wire.Tried, t.Tables = tried, dynamo.New(tables, t.Stack)
	onto.Client.Tried, t.Bus = tried, onto
}

// LocalOnly is an error for a deployed stack, which sends what the local one
// keeps: mails and notices.
func (t *Target) LocalOnly(what string) error {
	if t.Local == nil {
		return errors.New(what + " are kept by the local stack only; a deployed stack sends them")
	}
	return nil
}

// Operator is what a person can do with the stack.
func (t *Target) Operator() *operator.Operator {
	functions, queues := &lambdacall.Functions{Client: t.lambda()}, sqsqueue.New(t.AWS, time.Now)
	queues.Wire.Tried = tried
	if t.Local != nil {
		functions.Resolve = func(_ context.Context, name string) (string, error) {
			return t.Stack + "-" + lambdacall.LogicalID(name), nil
		}
	} else {
		functions.Resolve = lambdacall.Deployed(cloudformation.New(t.AWS, time.Now), t.Stack)
	}
	return &operator.Operator{
		Stack: t.Stack, Store: t.Tables, Ledger: t.Tables, Quarantine: t.Tables.Quarantine(), Bus: t.Bus, Since: t.Tables.Since,
		Copies: t.Tables.Copies(), Tables: t.tableNames, Erasure: t.Tables,
		DeadLetters: &sqsqueue.DeadLetters{Client: queues, Stack: t.Stack}, Functions: functions,
		Own: t.own, Now: time.Now, Sleep: sleep,
	}
}

func (t *Target) lambda() *lambdacall.Client {
	c := lambdacall.New(t.AWS, time.Now)
	c.Wire.Tried = tried
	return c
}

// own is the account that the functions take for the stack's.
func (t *Target) own(ctx context.Context) (string, error) {
	getenv, err := t.Environment(ctx, "ingest")
	if err != nil {
		return "", err
	}
	return getenv("OWN_ACCOUNT"), nil
}

// OpenOperator is Operator of the stack that Open connects to.
func OpenOperator(cmd *cobra.Command) (*operator.Operator, error) {
	t, err := Open(cmd)
	if err != nil {
		return nil, err
	}
	return t.Operator(), nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
