// Asks the gateway one question and streams the answer. It needs three variables:
//
//	OPENAI_BASE_URL  http://127.0.0.1:4000/v1
//	OPENAI_API_KEY   the gateway's key, LITELLM_MASTER_KEY in .env
//	EVAL_MODEL       a model_name of litellm-config.yaml
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

type result struct {
	Model       string   `json:"model"`
	Text        string   `json:"text"`
	TotalTokens int64    `json:"totalTokens"`
	CostUsd     *float64 `json:"costUsd"`
	TraceID     string   `json:"traceId"`
	CallID      string   `json:"callId"`
}

func ask(ctx context.Context, model string, answer io.Writer) (result, error) {
	client := openai.NewClient(option.WithMaxRetries(0), option.WithRequestTimeout(time.Minute))
	id := make([]byte, 16)
	rand.Read(id)
	traceID := hex.EncodeToString(id)

	var response *http.Response
	stream := client.Chat.Completions.NewStreaming(ctx, openai.ChatCompletionNewParams{
		Model:         model,
		Messages:      []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Say hello in one short sentence.")},
		StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)},
	},
		// LiteLLM hands these to Langfuse: the trace is found by this id.
		option.WithJSONSet("metadata", map[string]string{"trace_id": traceID, "trace_name": "goat-dev example"}),
		option.WithResponseInto(&response),
	)
	defer stream.Close()

	var text strings.Builder
	var usage openai.CompletionUsage
	for stream.Next() {
		chunk := stream.Current()
		if len(chunk.Choices) > 0 {
			fmt.Fprint(answer, chunk.Choices[0].Delta.Content)
			text.WriteString(chunk.Choices[0].Delta.Content)
		}
		if chunk.Usage.TotalTokens > 0 {
			usage = chunk.Usage
		}
	}
	if err := stream.Err(); err != nil {
		return result{}, err
	}
	found := result{Model: model, Text: text.String(), TotalTokens: usage.TotalTokens, CostUsd: costOf(usage), TraceID: traceID}
	if response != nil {
		found.CallID = response.Header.Get("x-litellm-call-id")
	}
	return found, nil
}

// LiteLLM adds the cost in US dollars where it knows the price.
func costOf(usage openai.CompletionUsage) *float64 {
	var extra struct {
		Cost *float64 `json:"cost"`
	}
	if json.Unmarshal([]byte(usage.RawJSON()), &extra) != nil {
		return nil
	}
	return extra.Cost
}

func run(asJSON bool) error {
	var unset []string
	for _, name := range []string{"OPENAI_BASE_URL", "OPENAI_API_KEY", "EVAL_MODEL"} {
		if os.Getenv(name) == "" {
			unset = append(unset, name)
		}
	}
	if len(unset) > 0 {
		return errors.New("not set: " + strings.Join(unset, ", "))
	}
	answer := io.Writer(os.Stdout)
	if asJSON {
		answer = os.Stderr
	}
	found, err := ask(context.Background(), os.Getenv("EVAL_MODEL"), answer)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(found)
	}
	cost := "cost unknown"
	if found.CostUsd != nil {
		cost = fmt.Sprintf("$%.6f", *found.CostUsd)
	}
	fmt.Printf("\n\n%s: %d tokens, %s\n", found.Model, found.TotalTokens, cost)
	return nil
}

func main() {
	if err := run(slices.Contains(os.Args[1:], "--json")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
