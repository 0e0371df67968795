package command

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/inventory"
)

// StockColumns are those of a list of stock levels.
var StockColumns = []string{"ITEM", "ON HAND", "RESERVED", "BACK-ORDERED", "SUPPLY", "COMMITTED", "SCOPE"}

// NoStock is said of an empty list.
const NoStock = "no stock"

func stockCommand() *cobra.Command {
	var f cli.ListFlags
	cmd := &cobra.Command{
		Use: "stock", Short: "List how much there is of each item, reserved and back-ordered", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.Check(time.Now()); err != nil {
				return err
			}
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			return printStock(cmd, c, f.Limit, func(l inventory.Level) bool { return f.Scope.Matches(l.Scope) })
		},
	}
	f.AddLimit(cmd, 0, "how many at most, the first")
	f.Scope.Add(cmd, "only items")
	cli.WideFlag(cmd)
	cli.StackFlag(cmd)
	cmd.AddCommand(stockSetCommand())
	return cmd
}

const stockSetLong = `Set an item's supply: how many there were before anything was sold.

An item is named by its price (price_…). Goods that come in are added to the
supply: set it to the new sum. The item's account and mode are those of the rows
that name it: each item of a paid checkout has one. An item that no row names yet
needs --new and --mode, so that a misspelt one is not taken for another. --mode, and
--account for a connected account, also choose between several.`

func stockSetCommand() *cobra.Command {
	var f ItemFlags
	cmd := &cobra.Command{
		Use: "set ITEM N", Short: "Set an item's supply: how many there were before anything was sold", Long: stockSetLong, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			item := args[0]
			n, err := Supply(item, args[1])
			if err != nil {
				return err
			}
			if err := f.Check(); err != nil {
				return err
			}
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			scope, err := ItemScope(cmd.Context(), c, item, f)
			if err != nil {
				return err
			}
			if err := inventory.SetSupply(cmd.Context(), c.Tables, scope, item, n); err != nil {
				return err
			}
			return printStock(cmd, c, 0, func(l inventory.Level) bool { return l.Item == item && l.Scope == scope })
		},
	}
	f.Add(cmd, "the item")
	cmd.Flags().BoolVar(&f.IsNew, "new", false, "the item is one that no row names yet")
	cli.StackFlag(cmd)
	return cmd
}

// ItemFlags choose an item.
type ItemFlags struct {
	cli.ScopeFlags
	IsNew bool // no row names it
}

// Supply reads the number that an item's supply is set to.
func Supply(item, text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || item == "" {
		return 0, cli.Usage("%q of item %q: expected a number, 0 or more, and an item such as price_…", text, item)
	}
	return n, nil
}

// ReadStock counts the levels by the stack's parameter Restock, which no row has.
func ReadStock(ctx context.Context, c *cli.Target) ([]inventory.Level, error) {
	settings, err := stockSettings(ctx, c)
	if err != nil {
		return nil, err
	}
	return inventory.Levels(ctx, c.Tables, settings)
}

// ReadUses returns what sessions hold or held of all items.
func ReadUses(ctx context.Context, c *cli.Target) ([]inventory.Use, error) {
	settings, err := stockSettings(ctx, c)
	if err != nil {
		return nil, err
	}
	return inventory.Uses(ctx, c.Tables, settings)
}

func stockSettings(ctx context.Context, c *cli.Target) (inventory.Settings, error) {
	env, err := c.Environment(ctx, "adjust-inventory")
	if err != nil {
		return inventory.Settings{}, err
	}
	return inventory.SettingsFrom(env)
}

// ItemScope returns the scope of the rows that name the item and that the flags
// match. Where there is none, the flags alone name it, if they say that it is new.
func ItemScope(ctx context.Context, c *cli.Target, item string, f ItemFlags) (event.Scope, error) {
	all, err := inventory.Levels(ctx, c.Tables, inventory.Settings{}) // for their names
	if err != nil {
		return event.Scope{}, err
	}
	var scopes, names []string
	var found event.Scope
	for _, l := range all {
		if names = append(names, l.Item); l.Item == item && f.Matches(l.Scope) {
			scopes, found = append(scopes, l.Text()), l.Scope
		}
	}
	switch {
	case len(scopes) == 1:
		return found, nil
	case len(scopes) == 0 && !f.IsNew:
		return event.Scope{}, unknownItem(item, f, names)
	case f.Mode != "" && (f.Account != "" || len(scopes) == 0):
		return f.Named(), nil
	case len(scopes) == 0:
		return event.Scope{}, cli.Usage("a new item needs --mode live or --mode test, and --account acct_… for a connected account")
	}
	return event.Scope{}, cli.Usage("item %s is in several scopes (%s): choose one with --mode and --account", item, strings.Join(scopes, ", "))
}

// unknownItem names the items that the text is most like.
func unknownItem(item string, f ItemFlags, names []string) error {
	where, like := "", ""
	if f.Set() {
		where = " in the scope of --account and --mode"
	}
	slices.Sort(names)
	names = slices.DeleteFunc(names, func(name string) bool { return name == item }) // in another scope
	if near := cli.Nearest(item, slices.Compact(names)); len(near) > 0 {
		like = "; did you mean " + strings.Join(near, ", ") + "?"
	}
	return cli.Usage("no row names item %s%s%s; a new one needs --new and --mode", item, where, like)
}

// printStock prints the levels of the items that are chosen.
func printStock(cmd *cobra.Command, c *cli.Target, limit int, chosen func(inventory.Level) bool) error {
	levels, err := ReadStock(cmd.Context(), c)
	if err != nil {
		return fmt.Errorf("read %s: %w", inventory.Table, err)
	}
	out := cli.NewRows(cmd, header(StockColumns)...)
	levels = slices.DeleteFunc(levels, func(l inventory.Level) bool { return !chosen(l) })
	for _, l := range cli.First(cli.ListFlags{Limit: limit}, levels, nil) {
		if err := out.Add(l, l.Item, l.OnHand, l.Reserved, l.BackOrdered, l.Supply, l.Committed, l.Text()); err != nil {
			return err
		}
	}
	return out.Flush(NoStock)
}
