package ddb_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
)

// described copies what the SDK read of a description, if it is one: ours has no pointers.
func described(got, ours any) bool {
	seconds := func(t *time.Time) float64 {
		if t == nil {
			return 0
		}
		return float64(t.UnixMilli()) / 1000
	}
	switch from := got.(type) {
	case *dynamodb.DescribeTableOutput:
		t, key, archive := from.Table, from.Table.SSEDescription, from.Table.ArchivalSummary
		own := &ours.(*ddb.DescribeTableOutput).Table //nolint:forcetypeassert // the other side of the same call
		own.CreationDateTime, own.TableStatus = seconds(t.CreationDateTime), string(t.TableStatus)
		own.DeletionProtectionEnabled, own.LatestStreamArn = aws.ToBool(t.DeletionProtectionEnabled), aws.ToString(t.LatestStreamArn)
		own.SSEDescription = ddb.SSEDescription{KMSMasterKeyArn: aws.ToString(key.KMSMasterKeyArn), InaccessibleEncryptionDateTime: seconds(key.InaccessibleEncryptionDateTime)}
		own.ArchivalSummary = ddb.ArchivalSummary{ArchivalDateTime: seconds(archive.ArchivalDateTime), ArchivalBackupArn: aws.ToString(archive.ArchivalBackupArn)}
	case *dynamodb.DescribeContinuousBackupsOutput:
		own := &ours.(*ddb.DescribeContinuousBackupsOutput).ContinuousBackupsDescription //nolint:forcetypeassert // as above
		own.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus = string(from.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus)
	case *dynamodb.DescribeTimeToLiveOutput:
		own := &ours.(*ddb.DescribeTimeToLiveOutput).TimeToLiveDescription //nolint:forcetypeassert // as above
		own.AttributeName, own.TimeToLiveStatus = *from.TimeToLiveDescription.AttributeName, string(from.TimeToLiveDescription.TimeToLiveStatus)
	default:
		return false
	}
	return true
}

func TestStatesAreDynamoDBs(t *testing.T) {
	for ours, theirs := range map[string]string{
		ddb.TableActive: string(types.TableStatusActive), ddb.TableUpdating: string(types.TableStatusUpdating), ddb.TableArchiving: string(types.TableStatusArchiving), ddb.TableArchived: string(types.TableStatusArchived),
		ddb.TableWithoutKey: string(types.TableStatusInaccessibleEncryptionCredentials), ddb.Enabled: string(types.PointInTimeRecoveryStatusEnabled), ddb.Enabling: string(types.TimeToLiveStatusEnabling),
	} {
		if ours != theirs {
			t.Errorf("%s, and the SDK has %s", ours, theirs)
		}
	}
}
