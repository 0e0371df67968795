package calls

import "context"

// Shard is one of a stream.
type Shard struct {
	SequenceNumberRange struct{ EndingSequenceNumber string } // empty while it is open
}

// DescribeStream lists all shards of a table's stream.
func (c *Client) DescribeStream(ctx context.Context, arn string) (all []Shard, err error) {
	in := struct {
		ARN   string `json:"StreamArn"`
		After string `json:"ExclusiveStartShardId,omitempty"`
	}{ARN: arn}
	for {
		var page struct {
			StreamDescription struct {
				Shards               []Shard
				LastEvaluatedShardID string `json:"LastEvaluatedShardId"`
			}
		}
		if err := c.streams.JSON(ctx, "DynamoDBStreams_20120810.DescribeStream", in, &page); err != nil {
			return nil, err
		}
		all = append(all, page.StreamDescription.Shards...)
		if in.After = page.StreamDescription.LastEvaluatedShardID; in.After == "" {
			return all, nil
		}
	}
}
