using Buildit.Cli;

return await App.RunAsync(args);
