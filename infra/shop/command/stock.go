package command

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/inventory"
)

func stockCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "stock", Short: "List how much there is of each item, reserved and back-ordered", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			return printStock(cmd, c, func(inventory.Level) bool { return true })
		},
	}
	cli.StackFlag(cmd)
	cmd.AddCommand(stockSetCommand())
	return cmd
}

const stockSetLong = `Set an item's supply: how many there were before anything was sold.

An item is named by its price (price_…). Goods that come in are added to the
supply: set it to the new sum. The item's account and mode are those of the rows
that name it; where none does, or several do, give --mode, and --account for one
that is not the stack's own.`

func stockSetCommand() *cobra.Command {
	var f cli.ScopeFlags
	cmd := &cobra.Command{
		Use: "set ITEM N", Short: "Set an item's supply: how many there were before anything was sold", Long: stockSetLong, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			item := args[0]
			n, err := strconv.ParseInt(args[1], 10, 64)
			if err != nil || n < 0 || item == "" {
				return cli.Usage("%q of item %q: expected a number, 0 or more, and an item such as price_…", args[1], item)
			}
			if err := f.Check(); err != nil {
				return err
			}
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			scope, err := itemScope(cmd.Context(), c, item, f)
			if err != nil {
				return err
			}
			if err := inventory.SetSupply(cmd.Context(), c.Tables, scope, item, n); err != nil {
				return err
			}
			return printStock(cmd, c, func(l inventory.Level) bool { return l.Item == item && l.Scope == scope })
		},
	}
	f.Add(cmd, "the item")
	cli.StackFlag(cmd)
	return cmd
}

// ReadStock counts the levels by the stack's parameter Restock, which no row has.
func ReadStock(ctx context.Context, c *cli.Target) ([]inventory.Level, error) {
	env, err := c.Environment(ctx, "adjust-inventory")
	if err != nil {
		return nil, err
	}
	settings, err := inventory.SettingsFrom(env)
	if err != nil {
		return nil, err
	}
	return inventory.Levels(ctx, c.Tables, settings)
}

// itemScope returns the scope of the rows that name the item and that the flags
// match. Where there is none, the flags alone name it.
func itemScope(ctx context.Context, c *cli.Target, item string, f cli.ScopeFlags) (event.Scope, error) {
	levels, err := inventory.Levels(ctx, c.Tables, inventory.Settings{}) // for their names
	if err != nil {
		return event.Scope{}, err
	}
	levels = slices.DeleteFunc(levels, func(l inventory.Level) bool { return l.Item != item || !f.Matches(l.Scope) })
	switch {
	case len(levels) == 1:
		return levels[0].Scope, nil
	case f.Mode != "" && (f.Account != "" || len(levels) == 0):
		return f.Named(), nil
	case len(levels) == 0:
		return event.Scope{}, cli.Usage("no row names item %s yet: add --mode live or --mode test, and --account acct_… for a connected account", item)
	}
	scopes := make([]string, len(levels))
	for i, l := range levels {
		scopes[i] = l.Text()
	}
	return event.Scope{}, cli.Usage("item %s is in several scopes (%s): choose one with --mode and --account", item, strings.Join(scopes, ", "))
}

// printStock prints the levels of the items that are chosen.
func printStock(cmd *cobra.Command, c *cli.Target, chosen func(inventory.Level) bool) error {
	levels, err := ReadStock(cmd.Context(), c)
	if err != nil {
		return fmt.Errorf("read %s: %w", inventory.Table, err)
	}
	out := cli.NewRows(cmd, "ITEM", "ON HAND", "RESERVED", "BACK-ORDERED", "SUPPLY", "COMMITTED", "SCOPE")
	for _, l := range levels {
		if !chosen(l) {
			continue
		}
		if err := out.Add(l, l.Item, l.OnHand, l.Reserved, l.BackOrdered, l.Supply, l.Committed, l.Text()); err != nil {
			return err
		}
	}
	return out.Flush("no stock")
}
