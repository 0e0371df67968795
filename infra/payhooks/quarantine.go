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
	cmd := &cobra.Command{Use: "quarantine", Short: "Signed requests that were not accepted as events"}
	cmd.AddCommand(quarantineListCommand(), quarantineShowCommand(), quarantineReleaseCommand(), quarantineDiscardCommand())
	return cmd
}

func quarantineListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List quarantined requests with their reason", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			all, unreadable, err := collect(c.Tables.Quarantine().List(cmd.Context()))
			failed := errors.Join(unreadable, err)
			var list []unfinishedRow
			for _, q := range all {
				list = append(list, unfinishedRow{Event: q.ID, State: string(event.StatusQuarantined), Reason: q.Reason, Since: q.Received, Endpoint: q.Endpoint})
			}
			slices.SortFunc(list, func(a, b unfinishedRow) int { return a.Since.Compare(b.Since) })
			return errors.Join(printUnfinished(cmd, list, unless(failed, "nothing is quarantined")), failed)
		},
	}
	stackFlags(cmd)
	return cmd
}

// endpointFlag adds the flag that tells apart what is quarantined twice.
func endpointFlag(cmd *cobra.Command, endpoint *string) {
	cmd.Flags().StringVar(endpoint, "endpoint", "", "the endpoint it was posted to, if it is quarantined for several")
	stackFlags(cmd)
}

// held finds what is quarantined under an id, with its bytes.
func (c *connection) held(ctx context.Context, endpoint, id string) (event.Quarantined, error) {
	all, _, err := collect(c.Tables.Quarantine().List(ctx))
	if err != nil {
		return event.Quarantined{}, err
	}
	all = slices.DeleteFunc(all, func(q event.Quarantined) bool { return q.ID != id || endpoint != "" && q.Endpoint != endpoint })
	switch {
	case len(all) == 0:
		return event.Quarantined{}, fmt.Errorf("nothing is quarantined as %s; payhooks quarantine list shows what is", id)
	case len(all) > 1:
		return event.Quarantined{}, usage("%s is quarantined for several endpoints: choose one, for example --endpoint %s", id, all[0].Endpoint)
	}
	q, err := c.Tables.Quarantine().Get(ctx, all[0].Endpoint, id)
	if errors.Is(err, event.ErrNotFound) {
		return q, fmt.Errorf("%s was just released or discarded", id)
	}
	return q, err
}
