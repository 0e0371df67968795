package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

func quarantineCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "quarantine", Short: "Signed requests that no action may see as they are"}
	cmd.AddCommand(quarantineListCommand(), quarantineShowCommand(), quarantineReleaseCommand(), quarantineDiscardCommand())
	return cmd
}

func quarantineListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "What is held, and why", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			var list []unfinishedRow
			err = c.Tables.List(cmd.Context(), func(q event.Quarantined) bool {
				list = append(list, unfinishedRow{Event: q.ID, State: string(event.StatusQuarantined), Reason: q.Reason, Since: q.Received, Endpoint: q.Endpoint})
				return true
			})
			slices.SortFunc(list, func(a, b unfinishedRow) int { return a.Since.Compare(b.Since) })
			return errors.Join(printUnfinished(cmd, list, unless(err, "nothing is quarantined")), err)
		},
	}
	stackFlags(cmd)
	return cmd
}

// endpointFlag adds the flag that tells apart what is held twice.
func endpointFlag(cmd *cobra.Command, endpoint *string) {
	cmd.Flags().StringVar(endpoint, "endpoint", "", "the endpoint it was posted to, if it is held for several")
	stackFlags(cmd)
}

// held finds what is held under an id, with its bytes.
func (c *connection) held(ctx context.Context, endpoint, id string) (event.Quarantined, error) {
	var at []string
	err := c.Tables.List(ctx, func(q event.Quarantined) bool {
		if q.ID == id && (endpoint == "" || q.Endpoint == endpoint) {
			at = append(at, q.Endpoint)
		}
		return true
	})
	switch {
	case err != nil:
		return event.Quarantined{}, err
	case len(at) == 0:
		return event.Quarantined{}, fmt.Errorf("nothing is quarantined as %s; payhooks quarantine list shows what is", id)
	case len(at) > 1:
		return event.Quarantined{}, usage("%s is held for several endpoints: say which with --endpoint %s", id, at[0])
	}
	q, err := c.Tables.Held(ctx, at[0], id)
	if errors.Is(err, event.ErrNotFound) {
		return q, fmt.Errorf("%s was released or discarded in this moment", id)
	}
	return q, err
}
