package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"time"

	"github.com/payhooks/payhooks/infra/local/template"
)

// What CreateTable of an engine need not know: the endpoint captures the
// stream itself, and the rest protects data that a local stack may lose.
var left = []string{
	"StreamSpecification", "DeletionProtectionEnabled", "PointInTimeRecoverySpecification",
	"SSESpecification", "ContributorInsightsSpecification", "KinesisStreamSpecification",
	"TimeToLiveSpecification", "ResourcePolicy", "ImportSourceSpecification", "TableClass",
	"Tags", "DeletionPolicy", "UpdateReplacePolicy", "WarmThroughput", "OnDemandThroughput",
}

// CreateTables makes the tables that are not there, adds indexes that are new
// in the template, and sets each table's TTL. A table whose key in the
// template differs from the one in the engine is refused.
func (c *Client) CreateTables(ctx context.Context, tables []template.Table) error {
	for _, t := range tables {
		if err := c.ensure(ctx, t); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	return nil
}

// shape is the part of a table's description that may not drift.
type shape struct {
	TableStatus            string
	KeySchema              []any
	AttributeDefinitions   []any
	GlobalSecondaryIndexes []map[string]any
}

func (c *Client) ensure(ctx context.Context, t template.Table) error {
	create := maps.Clone(t.Create)
	for _, key := range left {
		delete(create, key)
	}
	create["TableName"] = t.Name
	err := c.Call(ctx, "CreateTable", create, nil)
	var refused *Refused
	switch {
	case errors.As(err, &refused) && refused.IsType("ResourceInUseException"):
		if err := c.update(ctx, t.Name, create); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	if _, err := c.active(ctx, t.Name); err != nil {
		return err
	}
	return c.expire(ctx, t)
}

// update adds the indexes of want that the existing table does not have.
func (c *Client) update(ctx context.Context, name string, want map[string]any) error {
	have, err := c.active(ctx, name)
	if err != nil {
		return err
	}
	wanted, err := shapeOf(want)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(have.KeySchema, wanted.KeySchema) {
		return errors.New("the table's key has changed in the template; delete the data folder and start again")
	}
	for _, index := range wanted.GlobalSecondaryIndexes {
		old := find(have.GlobalSecondaryIndexes, index["IndexName"])
		if old == nil {
			if err := c.addIndex(ctx, name, want["AttributeDefinitions"], index); err != nil {
				return err
			}
			continue
		}
		if !reflect.DeepEqual(old["KeySchema"], index["KeySchema"]) || !sameProjection(old["Projection"], index["Projection"]) {
			return fmt.Errorf("index %v has changed in the template; delete the data folder and start again", index["IndexName"])
		}
	}
	return nil
}

func (c *Client) addIndex(ctx context.Context, table string, attributes any, index map[string]any) error {
	err := c.Call(ctx, "UpdateTable", map[string]any{
		"TableName": table, "AttributeDefinitions": attributes,
		"GlobalSecondaryIndexUpdates": []any{map[string]any{"Create": index}},
	}, nil)
	if err != nil {
		return fmt.Errorf("add index %v: %w", index["IndexName"], err)
	}
	_, err = c.active(ctx, table)
	return err
}

// active waits until the table and all of its indexes can be used.
func (c *Client) active(ctx context.Context, table string) (shape, error) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		var out struct{ Table shape }
		if err := c.Call(ctx, "DescribeTable", map[string]any{"TableName": table}, &out); err != nil {
			return shape{}, err
		}
		busy := out.Table.TableStatus != "ACTIVE"
		for _, index := range out.Table.GlobalSecondaryIndexes {
			busy = busy || index["IndexStatus"] != "ACTIVE"
		}
		if !busy {
			return out.Table, nil
		}
		select {
		case <-ctx.Done():
			return shape{}, fmt.Errorf("wait for the table: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// expire sets the attribute that holds the time after which an item may go.
func (c *Client) expire(ctx context.Context, t template.Table) error {
	if t.TTL == "" {
		return nil
	}
	var now struct {
		TimeToLiveDescription struct{ TimeToLiveStatus, AttributeName string }
	}
	if err := c.Call(ctx, "DescribeTimeToLive", map[string]any{"TableName": t.Name}, &now); err != nil {
		return err
	}
	if now.TimeToLiveDescription.AttributeName == t.TTL {
		return nil
	}
	return c.Call(ctx, "UpdateTimeToLive", map[string]any{
		"TableName":               t.Name,
		"TimeToLiveSpecification": map[string]any{"AttributeName": t.TTL, "Enabled": true},
	}, nil)
}

// shapeOf reads a CreateTable request as the description it leads to.
func shapeOf(create map[string]any) (shape, error) {
	raw, err := json.Marshal(create)
	if err != nil {
		return shape{}, fmt.Errorf("read the table's definition: %w", err)
	}
	var s shape
	if err := json.Unmarshal(raw, &s); err != nil {
		return shape{}, fmt.Errorf("read the table's definition: %w", err)
	}
	return s, nil
}

func find(indexes []map[string]any, name any) map[string]any {
	for _, index := range indexes {
		if index["IndexName"] == name {
			return index
		}
	}
	return nil
}

// sameProjection compares two projections; the order of the attributes in
// them says nothing.
func sameProjection(a, b any) bool {
	return reflect.DeepEqual(projection(a), projection(b))
}

func projection(v any) map[string]bool {
	set := map[string]bool{}
	m, ok := v.(map[string]any)
	if !ok {
		return set
	}
	set[fmt.Sprint("type ", m["ProjectionType"])] = true
	if names, ok := m["NonKeyAttributes"].([]any); ok {
		for _, name := range names {
			set[fmt.Sprint(name)] = true
		}
	}
	return set
}
