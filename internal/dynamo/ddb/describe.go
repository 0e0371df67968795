package ddb

import "context"

// The states of tables, of their backups and of their time to live, as DynamoDB names them.
const (
	TableActive, TableUpdating = "ACTIVE", "UPDATING"
	TableWithoutKey            = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
	TableArchiving             = "ARCHIVING"
	TableArchived              = "ARCHIVED"

	Enabled, Enabling = "ENABLED", "ENABLING"
)

// Parts of a table's description, and what describes it besides.
type (
	SSEDescription struct {
		KMSMasterKeyArn                string
		InaccessibleEncryptionDateTime float64 // seconds
	}
	ArchivalSummary struct {
		ArchivalDateTime  float64 // seconds
		ArchivalBackupArn string
	}
	DescribeContinuousBackupsOutput struct {
		ContinuousBackupsDescription struct {
			PointInTimeRecoveryDescription struct{ PointInTimeRecoveryStatus string }
		}
	}
	DescribeTimeToLiveOutput struct {
		TimeToLiveDescription struct{ AttributeName, TimeToLiveStatus string }
	}
)

// DescribeTable calls the operation.
func (c *Client) DescribeTable(ctx context.Context, in *DescribeTableInput) (*DescribeTableOutput, error) {
	return call[DescribeTableOutput](ctx, c, "DescribeTable", in)
}

// DescribeContinuousBackups calls the operation.
func (c *Client) DescribeContinuousBackups(ctx context.Context, in *DescribeTableInput) (*DescribeContinuousBackupsOutput, error) {
	return call[DescribeContinuousBackupsOutput](ctx, c, "DescribeContinuousBackups", in)
}

// DescribeTimeToLive calls the operation.
func (c *Client) DescribeTimeToLive(ctx context.Context, in *DescribeTableInput) (*DescribeTimeToLiveOutput, error) {
	return call[DescribeTimeToLiveOutput](ctx, c, "DescribeTimeToLive", in)
}
