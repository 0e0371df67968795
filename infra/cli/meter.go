package cli

import (
	"context"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// Meter counts what a context's calls of AWS cost. Safe for concurrent use.
type Meter struct {
	mu       sync.Mutex
	requests int
	units    float64
}

type meterKey struct{}

// Metered is a context whose calls are counted.
func Metered(ctx context.Context) (context.Context, *Meter) {
	m := &Meter{}
	return context.WithValue(ctx, meterKey{}, m), m
}

// Requests is how many calls were sent.
func (m *Meter) Requests() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.requests
}

// String is "9 requests, 84 read units".
func (m *Meter) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	unit := "units"
	if m.units == 1 {
		unit = "unit"
	}
	return fmt.Sprintf("%s, %g read %s", Count(m.requests, "request", "requests"), m.units, unit)
}

func (m *Meter) add(c *types.ConsumedCapacity) {
	if c != nil && c.CapacityUnits != nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.units += *c.CapacityUnits
	}
}

// tried counts a call that does not go through the SDK's client.
func tried(ctx context.Context, _, _ any, _ error) {
	if m, ok := ctx.Value(meterKey{}).(*Meter); ok {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.requests++
	}
}

// meter counts the calls of metered contexts, and asks DynamoDB what they read.
func meter(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Meter", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		m, ok := ctx.Value(meterKey{}).(*Meter)
		if !ok {
			return next.HandleInitialize(ctx, in)
		}
		m.mu.Lock()
		m.requests++
		m.mu.Unlock()
		in.Parameters = asking(in.Parameters)
		out, metadata, err := next.HandleInitialize(ctx, in)
		m.read(out.Result)
		return out, metadata, err
	}), middleware.Before)
}

// asking is the input of a read that asks what it costs.
func asking(input any) any {
	switch in := input.(type) {
	case *dynamodb.QueryInput:
		c := *in
		c.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		return &c
	case *dynamodb.GetItemInput:
		c := *in
		c.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		return &c
	case *dynamodb.BatchGetItemInput:
		c := *in
		c.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		return &c
	case *dynamodb.ScanInput:
		c := *in
		c.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		return &c
	}
	return input
}

func (m *Meter) read(result any) {
	switch out := result.(type) {
	case *dynamodb.QueryOutput:
		m.add(out.ConsumedCapacity)
	case *dynamodb.GetItemOutput:
		m.add(out.ConsumedCapacity)
	case *dynamodb.ScanOutput:
		m.add(out.ConsumedCapacity)
	case *dynamodb.BatchGetItemOutput:
		for i := range out.ConsumedCapacity {
			m.add(&out.ConsumedCapacity[i])
		}
	}
}
