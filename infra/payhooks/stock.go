package main

import (
	"strconv"

	"github.com/payhooks/payhooks/internal/inventory"
	"github.com/spf13/cobra"
)

func stockCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "stock", Short: "How much there is of each item, reserved and back-ordered", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			return printStock(cmd, c, "")
		},
	}
	stackFlags(cmd)
	cmd.AddCommand(stockSetCommand())
	return cmd
}

func stockSetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "set ITEM N", Short: "Set an item's supply: how many there were before anything was sold",
		Long: "Set an item's supply: how many there were before anything was sold.\nAn item is named by its price (price_…). Goods that come in are added to the supply: set it to the new sum.",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := strconv.ParseInt(args[1], 10, 64)
			if err != nil || n < 0 || args[0] == "" {
				return usage("%q of item %q: want a number, 0 or more, and an item such as price_…", args[1], args[0])
			}
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			if err := inventory.SetSupply(cmd.Context(), c.Tables, args[0], n); err != nil {
				return err
			}
			return printStock(cmd, c, args[0])
		},
	}
	stackFlags(cmd)
	return cmd
}

// printStock prints the level of one item, or of all.
func printStock(cmd *cobra.Command, c *connection, item string) error {
	levels, err := inventory.Levels(cmd.Context(), c.Tables)
	if err != nil {
		return err
	}
	out := newRows(cmd, "ITEM", "ON HAND", "RESERVED", "BACK-ORDERED", "SUPPLY", "COMMITTED")
	for _, l := range levels {
		if item != "" && l.Item != item {
			continue
		}
		if err := out.add(l, l.Item, l.OnHand, l.Reserved, l.BackOrdered, l.Supply, l.Committed); err != nil {
			return err
		}
	}
	return out.flush("no stock")
}
