using Buildit.Core.Configuration;
using Buildit.Core.Git;

namespace Buildit.Core.Tests.Configuration;

public sealed class ConfigParserTests
{
    [Fact]
    public void The_documented_configuration_is_read()
    {
        var config = Mistakes.None("""
            repository:                         # the first design's form: one binhost, written over ssh, read over https
              name: mysuperbinhost
              upload-type: ssh
              upload-path: containers@mysuperbinhost.org/containers
              download-type: https
              download-path: mysuperbinhost.org/containers
            binhosts:                           # or several, in order of preference
              - {name: local, url: ./binhost, push: true, keys: [keys/local.pub]}
              - {name: team, download: https://bin.example.org/containers, upload: ssh://containers@bin.example.org/containers, keys: [keys/team.pub]}
              - {name: registry, url: oci://registry.example.org/buildit, keys: [keys/team.pub]}
            recipes: [./pkgs, {git: https://git.example.org/recipes.git, branch: main}]     # git trees are pinned in the lock
            store: /var/lib/buildit
            mirrors: [https://mirror.example.org]
            distribution-mirrors: [apt]
            jobs: 4
            """, ConfigParser.Parse);
        Assert.Equal(["mysuperbinhost", "local", "team", "registry"], config.Binhosts.Select(b => b.Name.Value));
        Assert.Equal(("https://mysuperbinhost.org/containers", "ssh://containers@mysuperbinhost.org/containers", true), (config.Binhosts[0].Download, config.Binhosts[0].Upload, config.Binhosts[0].Push));
        Assert.Equal(("./binhost", "./binhost", true, "keys/local.pub"), (config.Binhosts[1].Download, config.Binhosts[1].Upload, config.Binhosts[1].Push, config.Binhosts[1].Keys.Single().Value));
        Assert.Equal(("https://bin.example.org/containers", "ssh://containers@bin.example.org/containers", false), (config.Binhosts[2].Download, config.Binhosts[2].Upload, config.Binhosts[2].Push));
        Assert.Equal("./pkgs", ((RecipeTree.Local)config.Recipes[0]).Path);
        Assert.Equal(new("https://git.example.org/recipes.git", new(GitRevisionKind.Branch, "main")), ((RecipeTree.Git)config.Recipes[1]).Origin);
        Assert.Equal(("/var/lib/buildit", "https://mirror.example.org", "apt", 4), (config.Store!.Value.Value, config.Mirrors.Single(), config.DistributionMirrors.Single(), config.Jobs!.Value));
    }

    [Fact]
    public void A_recipe_tree_without_a_branch_follows_the_default_one() =>
        Assert.Equal(new("git@host:r.git", GitRevision.Default), ((RecipeTree.Git)Mistakes.None("recipes: [{git: 'git@host:r.git'}]\n", ConfigParser.Parse).Recipes.Single()).Origin);

    [Theory]
    [InlineData("repository: {name: a, downnload-type: https, download-path: x}\n",
        "1:23 unknown key 'downnload-type' | did you mean 'download-type'?", "1:46 'download-path' without 'download-type' | add 'download-type: https'")]
    [InlineData("repository: {name: a, download-type: ftp, download-path: x}\n", "1:38 'download-type': expected 'https' or 'http' or 'ssh' or 'file', got 'ftp'")]
    [InlineData("binhosts: [{name: a}]\n", "1:12 a binhost needs either 'url' or 'download' | 'url' is for reading and writing; 'download' and 'upload' are for different places")]
    [InlineData("binhosts: [{name: a, url: x, upload: y}]\n", "1:30 'upload' beside 'url' | write 'download' instead of 'url', or leave 'upload' out")]
    [InlineData("binhosts: [{name: a, download: x, push: yes}]\n", "1:35 'push' needs a place to upload to | add 'upload'")]
    [InlineData("binhosts: [{name: a, url: x}, {name: a, url: y}]\n", "1:38 a second binhost with the name 'a' | give each binhost a name of its own")]
    [InlineData("binhosts: [{name: a, url: 'ftp://x'}]\n", "1:27 'ftp://x' is not a place that a binhost can be at | write a directory, or a URL with https://, http://, file://, ssh://, oci://, oci+http://, s3://")]
    [InlineData("binhosts: {name: a}\n", "1:11 'binhosts': expected a list, got a map")]
    [InlineData("jobs: many\n", "1:7 'jobs': expected a number from 1 to 1024, got 'many'")]
    [InlineData("recipes: [{branch: main}]\n", "1:11 missing key 'git' in a recipe tree")]
    [InlineData("recipes: [{git: /srv/recipes.git}]\n", "1:17 '/srv/recipes.git' is not an address that a git repository can be fetched from | write https://, http://, ssh://, git://, user@host:path, or file:/// with an absolute path")]
    [InlineData("recipes: [{git: 'git@host:r.git', submodules: yes}]\n", "1:35 unknown key 'submodules' | known keys of a recipe tree: branch, commit, git, tag")]
    [InlineData("recipe: []\n", "1:1 unknown key 'recipe' | did you mean 'recipes'?")]
    public void Mistakes_are_told(string text, params string[] mistakes) => Assert.Equal(mistakes, Mistakes.Of(text, ConfigParser.Parse));
}
