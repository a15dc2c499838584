// Package assistant is the program under test. It needs OPENAI_BASE_URL, OPENAI_API_KEY and EVAL_MODEL.
package assistant

import (
	"cmp"
	"context"
	"os"

	"github.com/openai/openai-go/v3"
)

// Model is asked where nothing else is said.
var Model = cmp.Or(os.Getenv("EVAL_MODEL"), "gpt-4o-mini")

// Summary is one short sentence.
func Summary(ctx context.Context, model, text string) (string, error) {
	client := openai.NewClient()
	completion, err := client.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{
		Model: model,
		Messages: []openai.ChatCompletionMessageParamUnion{
			openai.SystemMessage("Answer with one short sentence."),
			openai.UserMessage("Summarize: " + text),
		},
	})
	if err != nil {
		return "", err
	}
	return completion.Choices[0].Message.Content, nil
}

// Words are an answer's pieces, as they come.
func Words(ctx context.Context, question string) ([]string, error) {
	client := openai.NewClient()
	stream := client.Chat.Completions.NewStreaming(ctx, openai.ChatCompletionNewParams{
		Model:    Model,
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(question)},
	})
	defer stream.Close()
	var words []string
	for stream.Next() {
		if chunk := stream.Current(); len(chunk.Choices) > 0 && chunk.Choices[0].Delta.Content != "" {
			words = append(words, chunk.Choices[0].Delta.Content)
		}
	}
	return words, stream.Err()
}
