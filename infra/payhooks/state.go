package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/spf13/cobra"
)

// stateCommand lists the rows of a state table: the named fields of each, which
// are the contract, whatever else the action keeps there.
func stateCommand(use, short, table string, fields ...string) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			rows, err := stateRows(cmd, c, table)
			if err != nil {
				return err
			}
			return printState(cmd, rows, "no "+use, fields)
		},
	}
	stackFlags(cmd)
	return cmd
}

// stateRows reads a state table in the order of its keys.
func stateRows(cmd *cobra.Command, c *connection, table string) ([]map[string]json.RawMessage, error) {
	byKey := map[string]map[string]json.RawMessage{}
	var bad error
	err := c.Tables.Scan(cmd.Context(), table, func(key string, it event.Item) bool {
		row := map[string]json.RawMessage{}
		if bad = json.Unmarshal(it.Data, &row); bad != nil {
			bad = fmt.Errorf("row %s of %s: %w", key, table, bad)
			return false
		}
		byKey[key] = row
		return true
	})
	if err := cmp.Or(err, bad); err != nil {
		return nil, fmt.Errorf("read %s: %w", table, err)
	}
	keys := make([]string, 0, len(byKey))
	for k := range byKey {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	rows := make([]map[string]json.RawMessage, len(keys))
	for i, k := range keys {
		rows[i] = byKey[k]
	}
	return rows, nil
}

func printState(cmd *cobra.Command, list []map[string]json.RawMessage, none string, fields []string) error {
	header := make([]any, len(fields))
	for i, f := range fields {
		header[i] = strings.ToUpper(strings.ReplaceAll(f, "_", " "))
	}
	out := newRows(cmd, header...)
	for _, row := range list {
		shown := map[string]json.RawMessage{}
		for _, f := range append([]string{"account", "livemode"}, fields...) {
			if v, ok := row[f]; ok && string(v) != "null" {
				shown[f] = v
			}
		}
		cells := make([]any, len(fields))
		for i, f := range fields {
			cells[i] = strings.Trim(string(row[f]), `"`)
		}
		if err := out.add(shown, cells...); err != nil {
			return err
		}
	}
	return out.flush(none)
}

func ordersCommand() *cobra.Command {
	return stateCommand("orders", "Orders as the payments make them", "orders",
		"order", "reference", "status", "currency", "amount", "paid", "refunded", "disputed", "lost")
}
