package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/smithy-go/logging"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/bus"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/spf13/cobra"
)

// connection reaches one stack: the running local one, or a deployed one.
type connection struct {
	Stack  string
	Local  *local.Running // nil for a deployed stack
	AWS    aws.Config
	Tables tables
	Bus    event.Bus
}

// tables is what dynamo.Tables has; the operator's commands also run over the
// ports in memory.
type tables interface {
	event.Store
	event.Ledger
	Quarantine() event.Quarantine
	// Since is when the tables were created.
	Since(ctx context.Context) (time.Time, error)
}

// stackFlags adds the flag that chooses the stack.
func stackFlags(cmd *cobra.Command) {
	cmd.Flags().String("stack", "", "name of a deployed stack (default: the running local stack)")
}

// connect opens the stack that the flags name.
func connect(cmd *cobra.Command) (*connection, error) {
	name, err := cmd.Flags().GetString("stack")
	if err != nil {
		return nil, err
	}
	c := &connection{Stack: name}
	if name == "" {
		err = c.local(cmd.Context())
	} else {
		c.AWS, err = config.LoadDefaultConfig(cmd.Context(), config.WithLogger(logging.Nop{}))
	}
	if err != nil {
		return nil, err
	}
	c.adapters()
	return c, nil
}

func (c *connection) local(ctx context.Context) error {
	run, err := local.Find(dataDir())
	if err != nil {
		return err
	}
	return c.reach(ctx, run)
}

// open connects to a local stack that the caller knows.
func open(ctx context.Context, run local.Running) (*connection, error) {
	c := &connection{}
	if err := c.reach(ctx, run); err != nil {
		return nil, err
	}
	c.adapters()
	return c, nil
}

func (c *connection) reach(ctx context.Context, run local.Running) (err error) {
	c.Local, c.Stack = &run, run.Stack
	c.AWS, err = config.LoadDefaultConfig(ctx,
		config.WithRegion(run.Region), config.WithBaseEndpoint(run.AWS), config.WithLogger(logging.Nop{}),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(run.AccessKey, run.SecretKey, "")))
	if err != nil {
		return fmt.Errorf("configure AWS client: %w", err)
	}
	return nil
}

func (c *connection) adapters() {
	c.Tables = dynamo.New(dynamodb.NewFromConfig(c.AWS), c.Stack)
	c.Bus = &bus.Bus{Client: eventbridge.NewFromConfig(c.AWS), Name: c.Stack, Now: time.Now}
}

// localOnly is for what a deployed stack has no place for.
func (c *connection) localOnly(what string) error {
	if c.Local == nil {
		return errors.New(what + " are kept by the local stack only; a deployed stack sends them")
	}
	return nil
}

// actions returns the names of the actions that have a rule, sorted.
func (c *connection) actions(ctx context.Context) ([]string, error) {
	rules, err := c.Bus.Rules(ctx)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.Action
	}
	slices.Sort(names)
	return names, nil
}
