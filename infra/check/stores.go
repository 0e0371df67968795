package main

import "strings"

// checkStores: tables outlive the stack and every store is encrypted.
func checkStores(root *stack, report reporter) {
	for t := range root.each(table) {
		p, r := t.props(), object(t.in.resources[t.id])
		for _, want := range []struct {
			is   any
			want string
			name string
		}{
			{r["DeletionPolicy"], "Retain", "DeletionPolicy"},
			{r["UpdateReplacePolicy"], "Retain", "UpdateReplacePolicy"},
			{p["DeletionProtectionEnabled"], "true", "DeletionProtectionEnabled"},
			{p["BillingMode"], "PAY_PER_REQUEST", "BillingMode"},
			{at(p, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"), "true", "PointInTimeRecoveryEnabled"},
			{at(p, "SSESpecification", "SSEEnabled"), "true", "SSESpecification.SSEEnabled"},
		} {
			if t.in.text(want.is) != want.want {
				report("%s: %s must be %s", t, want.name, want.want)
			}
		}
	}
	for t := range root.each(topic) {
		key := t.props()["KmsMasterKeyId"]
		if key == nil {
			report("%s: needs KmsMasterKeyId, if only by a parameter", t)
		}
		// The alarms find their topic by this name.
		alarms := strings.HasSuffix(t.in.text(t.props()["TopicName"]), "-alarms")
		if alarms && strings.HasPrefix(t.in.text(key), "alias/aws/") {
			report("%s: CloudWatch cannot use the key %s that AWS manages", t, t.in.text(key))
		}
	}
}
