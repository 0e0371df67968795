package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/cloudformation"
)

// tableNames lists the tables that the stack's data stack has, by their names
// without the stack's. A copy of one is not among them.
func (t *Target) tableNames(ctx context.Context) ([]string, error) {
	var full []string
	if t.Local != nil {
		full = t.Local.Tables
	} else {
		data := t.Stack + "-data"
		all, err := cloudformation.New(t.AWS, time.Now).ListStackResources(ctx, data)
		if err != nil {
			return nil, fmt.Errorf("list resources of stack %s: %w", data, err)
		}
		full = tablesOf(all)
	}
	var short []string
	for _, name := range full {
		if table, ok := strings.CutPrefix(name, t.Stack+"-"); ok {
			short = append(short, table)
		}
	}
	return short, nil
}

// tablesOf are the names of the tables among the resources.
func tablesOf(resources []cloudformation.Resource) (names []string) {
	for _, r := range resources {
		if r.Kind == "AWS::DynamoDB::Table" && r.Status != cloudformation.DeleteComplete {
			names = append(names, r.Name)
		}
	}
	return names
}
